-- Whether SERVER is the one that sweeps in this period: the first to ask, and again itself.

local LEASE = KEYS[1]
local SERVER, PERIOD = ARGV[1], ARGV[2]

local kind = redis.call('TYPE', LEASE).ok
local broken = (kind ~= 'string' and kind ~= 'none') or redis.call('PTTL', LEASE) == -1
if broken then
  redis.call('DEL', LEASE)
end
local taken = redis.call('SET', LEASE, SERVER, 'NX', 'PX', PERIOD)
local mine = taken or redis.call('GET', LEASE) == SERVER
return { broken and { 'lease' } or {}, mine and 1 or 0 }
