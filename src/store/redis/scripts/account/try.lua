-- Counts a try of the name's passphrase, whether or not there is an account. Answers how many there were since the first, this one
-- included, and for how many ms they are counted.

local TRIES = KEYS[1]
local WINDOW = ARGV[1]

local kind = redis.call('TYPE', TRIES).ok
if kind ~= 'none' and (kind ~= 'string' or not string.match(redis.call('GET', TRIES), '^%d+$') or redis.call('PTTL', TRIES) < 0) then
  redis.call('DEL', TRIES)
end
local count = redis.call('INCR', TRIES)
if count == 1 then
  redis.call('PEXPIRE', TRIES, WINDOW)
end
return { count, math.max(redis.call('PTTL', TRIES), 0) }
