-- Lists a new session of the account, if the account is still the one of ID with the hash that was verified (else
-- somebody has changed the passphrase, or deleted the account, meanwhile). The account lasts LASTS ms from now. Answers whether it
-- did, and whether more than MOST are listed: some of them may be over, which is not known here.

local ACCOUNT, SESSIONS, TRIES = KEYS[1], KEYS[2], KEYS[3]
local ID, HASH, SESSION, MOST, LASTS = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5]

if redis.call('TYPE', ACCOUNT).ok ~= 'hash' then
  return { 0, 0 }
end
local id, hash = unpack(redis.call('HMGET', ACCOUNT, 'id', 'hash'))
if id ~= ID or hash ~= HASH then
  return { 0, 0 }
end
local kind = redis.call('TYPE', SESSIONS).ok
if kind ~= 'zset' and kind ~= 'none' then
  redis.call('DEL', SESSIONS)
end
local time = redis.call('TIME')
redis.call('ZADD', SESSIONS, string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)), SESSION)
redis.call('DEL', TRIES)
redis.call('PEXPIRE', ACCOUNT, LASTS)
redis.call('PEXPIRE', SESSIONS, LASTS)
return { 1, MOST > 0 and redis.call('ZCARD', SESSIONS) > MOST and 1 or 0 }
