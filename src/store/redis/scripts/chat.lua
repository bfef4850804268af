-- Says something in a room, under the name whose records the script was given. MOST is how many messages a room keeps (0: all).

local NAME, ROOM, TEXT, MOST = ARGV[6], ARGV[7], ARGV[8], tonumber(ARGV[9])

local function answer(parts, id)
  table.insert(parts, id)
  return parts
end

only('zset', CHAT)
if is_known() then
  -- The first time it was stored under this id, if it was in this room and is still there.
  for _, member in ipairs(redis.call('ZREVRANGE', CHAT, 0, MOST - 1)) do
    local id, by, n = string.match(member, MESSAGE)
    if by == OWNER and n == N then
      return answer(done(), id)
    end
  end
  return answer(done(), '')
end
if not held then
  return refused('notJoined')
end
if held ~= NAME then
  return refused('held', held)
end
local room, names = room_of(ROOM, OWNER)
if not room then
  return refused('noSuchRoom')
end
if is_over(room) then
  redis.call('DEL', CHAT)
end
room.at = math.max(room.at, NOW)
room.count = room.count + 1
local first = room.owners and not room.told
room.told = true
write_room(ROOM, room)
mark_read(OWNER, ROOM, room.count)
-- Everyone sees when the two hours end: were they to begin anew in private, one could see who whispers when.
if not room.owners then
  mine = act(NAME, me, me.vote and redis.call('HGET', VENUES, me.vote.id))
  tell_renewed(me)
end

local id = string.format('%013.0f-%010.0f', room.at, room.count)
local data = '{"room":"' .. ROOM .. '","id":"' .. id .. '","username":' .. quoted(me.username) .. ',"img":' .. quoted(me.img)
  .. ',"text":' .. quoted(TEXT) .. ',"at":' .. digits(room.at) .. '}'
redis.call('ZADD', CHAT, digits(room.at), id .. ' ' .. OWNER .. ' ' .. (N == '' and '-' or N) .. ' ' .. data)
if MOST > 0 then
  redis.call('ZREMRANGEBYRANK', CHAT, 0, -1 - MOST)
end
redis.call('PEXPIREAT', CHAT, digits(room.at + LIFETIME))
if not room.owners then
  tell('chat', data)
else
  if first then
    whisper({ room.owners[room.owners[1] == OWNER and 2 or 1] }, 'room', room_data(ROOM, names))
  end
  whisper(room.owners, 'chat', data)
end
keep_talk()
return answer(stored(), id)
