-- The sweep's step for one area: if it has not more than LEFT ms left, all of it goes, and those who still look are told.
-- Answers whether they were, and whether it is gone.

local LEFT = tonumber(ARGV[4])

open()
local began = #mended > 0
expire()
if area_ends() > NOW + LEFT then
  drop_rooms_that_are_over()
  return { mended, 0, 0 }
end
-- Somebody looks at it, and nothing was done in this life yet: a cluster's list has an area's name just before its first change. Who
-- looks would take that change for a gap if the life ended in between. These keys end by themselves.
if epoch and seq == 0 and not began and redis.call('EXISTS', STATE, VENUES, OWNERS) == 0 then
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
