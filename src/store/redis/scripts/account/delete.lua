-- Deletes the account, if it is still the one of ID with the hash that was verified. Answers whether it did, and the ids of the
-- sessions that are to be ended.

local ACCOUNT, SESSIONS, TRIES = KEYS[1], KEYS[2], KEYS[3]
local ID, HASH = ARGV[1], ARGV[2]

if redis.call('TYPE', ACCOUNT).ok ~= 'hash' then
  return { 0, {} }
end
local id, hash = unpack(redis.call('HMGET', ACCOUNT, 'id', 'hash'))
if id ~= ID or hash ~= HASH then
  return { 0, {} }
end
local sessions = redis.call('TYPE', SESSIONS).ok == 'zset' and redis.call('ZRANGE', SESSIONS, 0, -1) or {}
redis.call('DEL', ACCOUNT, SESSIONS, TRIES)
return { 1, sessions }
