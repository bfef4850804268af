-- Some messages of a room, the newest first: those older than BEFORE (empty: the newest of all, and then they count as read), so
-- many at most.

local OWNER, ROOM, BEFORE, LIMIT = ARGV[4], ARGV[5], ARGV[6], tonumber(ARGV[7])

open()
expire()
if not holder(OWNER) then
  return { mended, 'notJoined', {} }
end
local room = room_of(ROOM, OWNER)
if not room then
  return { mended, 'noSuchRoom', {} }
end
if BEFORE == '' then
  mark_read(OWNER, ROOM, room.count)
  keep_talk()
end
if is_over(room) then
  return { mended, 'messages', {} }
end
only('zset', CHAT)

-- All that are newer by their time are skipped at once; those of the same millisecond are told apart by their ids.
local rank = 0
if BEFORE ~= '' then
  rank = redis.call('ZCOUNT', CHAT, '(' .. string.sub(BEFORE, 1, 13), '+inf')
end
local found, broken = {}, {}
repeat
  local some = redis.call('ZREVRANGE', CHAT, rank, rank + LIMIT - 1)
  for _, member in ipairs(some) do
    local id, _, _, data = string.match(member, MESSAGE)
    if not id then
      table.insert(broken, member)
    elseif (BEFORE == '' or id < BEFORE) and #found < LIMIT then
      table.insert(found, data)
    end
  end
  rank = rank + #some
until #some < LIMIT or #found >= LIMIT
for _, member in ipairs(broken) do
  redis.call('ZREM', CHAT, member)
end
if #broken > 0 then
  table.insert(mended, 'a message')
end
return { mended, 'messages', found }
