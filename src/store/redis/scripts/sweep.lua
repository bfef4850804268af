-- The sweep's step for one area: if it has not more than LEFT ms left, all of it goes, and those who still look are told.
-- Answers whether they were, and whether it is gone.

local LEFT = tonumber(ARGV[4])

open()
local began = #mended > 0
expire()
if area_ends() > NOW + LEFT then
  return { mended, 0, 0 }
end
-- Of an area whose keys have ended by themselves nothing is left to be told.
local told = epoch and (seq > 0 or began)
if told then
  publish('cleared', '{"reason":"expired"}')
end
for _, name in ipairs(redis.call('HKEYS', STATE)) do
  delete_record(name)
end
delete_talk()
redis.call('DEL', USERS, USERS_TIMER, VOTES, VOTES_TIMER, STATE, VENUES, DUE, OWNERS, EPOCH, SEQ)
if EXPIRE_KEYS then
  only('set', EXPIRE_KEYS)
  redis.call('SREM', EXPIRE_KEYS, USERS, VOTES)
end
return { mended, told and 1 or 0, 1 }
