-- The rooms that an owner is a member of and has seen, with what is unread there. MOST is how many messages a room keeps (0: all).

local OWNER, MOST = ARGV[4], tonumber(ARGV[5])

open()
expire()
if not holder(OWNER) then
  return { mended, 'notJoined', {} }
end
local marks, found = marks_of(OWNER), {}

local function add(id)
  local room, names = room_of(id, OWNER)
  if not room or (room.owners and room.owners[1] ~= OWNER and not room.told) then
    return
  end
  local unread = is_over(room) and 0 or math.max(room.count - (marks[id] or 0), 0)
  if MOST > 0 then
    unread = math.min(unread, MOST)
  end
  table.insert(found, { id, names, unread })
end

add('general')
for _, id in ipairs(listed('named')) do
  add(id)
end
for _, id in ipairs(listed('of:' .. OWNER)) do
  add(id)
end
return { mended, 'rooms', found }
