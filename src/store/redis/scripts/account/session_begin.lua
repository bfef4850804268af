-- Keeps a session, unless there is one of that id, good or ended. Answers whether it did.

local SESSION = KEYS[1]
local ACCOUNT, USERNAME, LABEL, LIFETIME = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

if redis.call('EXISTS', SESSION) == 1 then
  return 0
end
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('HSET', SESSION, 'account', ACCOUNT, 'username', USERNAME, 'label', LABEL, 'created', now, 'used', now)
redis.call('PEXPIRE', SESSION, LIFETIME)
return 1
