-- Ends a session, and tells all servers. It is remembered for LIFETIME.

local SESSION = KEYS[1]
local ID, LIFETIME = ARGV[1], ARGV[2]

local kind = redis.call('TYPE', SESSION).ok
if kind ~= 'hash' and kind ~= 'none' then
  redis.call('DEL', SESSION)
end
redis.call('HSET', SESSION, 'revoked', '1')
redis.call('PEXPIRE', SESSION, LIFETIME)
redis.call('PUBLISH', 'sessions', ID)
return 1
