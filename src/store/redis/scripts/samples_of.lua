-- The samples of one server since a time, with their times. What is there of another type is deleted: it must not hide the others.

local SAMPLES, SINCE = KEYS[1], ARGV[1]

local kind = redis.call('TYPE', SAMPLES).ok
if kind ~= 'zset' and kind ~= 'none' then
  redis.call('DEL', SAMPLES)
  return { { 'samples' }, {} }
end
return { {}, redis.call('ZRANGE', SAMPLES, SINCE, '+inf', 'BYSCORE', 'WITHSCORES') }
