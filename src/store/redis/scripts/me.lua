-- Who the owner is in the area.

local OWNER = ARGV[4]

open()
expire()
local held = redis.call('HGET', OWNERS, OWNER)
local me = held and user_of(held)
if me and me.owner == OWNER then
  return { mended, redis.call('HGET', STATE, held) }
end
return { mended, '' }
