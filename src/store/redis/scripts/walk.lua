-- Some members of the set of all timers, and where to go on.

local EXPIRE_KEYS = KEYS[1]
local CURSOR, COUNT = ARGV[1], ARGV[2]

local kind = redis.call('TYPE', EXPIRE_KEYS).ok
local broken = kind ~= 'set' and kind ~= 'none'
if broken then
  redis.call('DEL', EXPIRE_KEYS)
end
local walked = redis.call('SSCAN', EXPIRE_KEYS, CURSOR, 'COUNT', COUNT)
return { broken and { 'expireKeys' } or {}, walked[1], walked[2] }
