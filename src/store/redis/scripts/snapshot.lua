-- The area now, in few reads whatever its size. With BEGIN, an area without a life gets one.

local BEGIN = ARGV[4] == '1'

open()
expire()
only('hash', HERE)
if BEGIN and not epoch then
  begin()
end
return {
  mended, epoch or '', seq, NOW, area_ends(),
  redis.call('HGETALL', STATE), redis.call('HGETALL', VENUES), redis.call('HGETALL', HERE),
  tonumber(field_of(ROOMS, 'talk') or '') or 0,
}
