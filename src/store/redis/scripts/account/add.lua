-- Makes an account, unless the name has one. It lasts LASTS ms from now. Answers whether it did.

local ACCOUNT = KEYS[1]
local ID, USERNAME, HASH, LASTS = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

local kind = redis.call('TYPE', ACCOUNT).ok
if kind == 'hash' then
  return 0
end
if kind ~= 'none' then
  redis.call('DEL', ACCOUNT)
end
redis.call('HSET', ACCOUNT, 'id', ID, 'username', USERNAME, 'hash', HASH)
redis.call('PEXPIRE', ACCOUNT, LASTS)
return 1
