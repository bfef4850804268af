-- Gives the account another hash, if it is still the one of ID with the hash that was verified. Answers whether it did.

local ACCOUNT = KEYS[1]
local ID, BEFORE, AFTER = ARGV[1], ARGV[2], ARGV[3]

if redis.call('TYPE', ACCOUNT).ok ~= 'hash' then
  return 0
end
local id, hash = unpack(redis.call('HMGET', ACCOUNT, 'id', 'hash'))
if id ~= ID or hash ~= BEFORE then
  return 0
end
redis.call('HSET', ACCOUNT, 'hash', AFTER)
return 1
