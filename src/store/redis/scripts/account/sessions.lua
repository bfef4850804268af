-- The ids of the account's sessions, after those named from the second argument on are taken out: they are no more.

local ACCOUNT, SESSIONS = KEYS[1], KEYS[2]
local ID = ARGV[1]

if redis.call('TYPE', ACCOUNT).ok ~= 'hash' or redis.call('HGET', ACCOUNT, 'id') ~= ID then
  return {}
end
if redis.call('TYPE', SESSIONS).ok ~= 'zset' then
  return {}
end
-- The last argument is the run, as every script gets it.
for i = 2, #ARGV - 1 do
  redis.call('ZREM', SESSIONS, ARGV[i])
end
return redis.call('ZRANGE', SESSIONS, 0, -1)
