-- Lists a new session of the account, if the account is still the one of ID with the hash that was verified (else
-- somebody has changed the passphrase, or deleted the account, meanwhile). Answers whether it did, and the ids of sessions that are
-- one too many, the oldest first.

local ACCOUNT, SESSIONS, TRIES = KEYS[1], KEYS[2], KEYS[3]
local ID, HASH, SESSION, MOST = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])

if redis.call('TYPE', ACCOUNT).ok ~= 'hash' then
  return { 0, {} }
end
local id, hash = unpack(redis.call('HMGET', ACCOUNT, 'id', 'hash'))
if id ~= ID or hash ~= HASH then
  return { 0, {} }
end
local kind = redis.call('TYPE', SESSIONS).ok
if kind ~= 'zset' and kind ~= 'none' then
  redis.call('DEL', SESSIONS)
end
local time = redis.call('TIME')
redis.call('ZADD', SESSIONS, string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)), SESSION)
redis.call('DEL', TRIES)
local over = {}
if MOST > 0 and redis.call('ZCARD', SESSIONS) > MOST then
  over = redis.call('ZRANGE', SESSIONS, 0, redis.call('ZCARD', SESSIONS) - MOST - 1)
  redis.call('ZREM', SESSIONS, unpack(over))
end
return { 1, over }
