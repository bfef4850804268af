-- Who the owner is in the area, and at which change.

local OWNER = ARGV[4]

open()
expire()
local held = redis.call('HGET', OWNERS, OWNER)
if held then
  local me, text = user_of(held)
  if me and me.owner == OWNER then
    return { mended, epoch or '', seq, NOW, text }
  end
end
return { mended, epoch or '', seq, NOW, '' }
