-- What a member may do with rooms, and how members are told. For the scripts of talk; the last key that they are given is that of
-- the messages of the room that they are about, where they are about one.

local CHAT = KEYS[#KEYS]

-- The user of the name that an owner holds.
local function holder(owner)
  local name = redis.call('HGET', OWNERS, owner)
  local user = name and user_of(name)
  if user and user.owner == owner then
    return user
  end
  return nil
end

-- The names of a room as they are now; nothing if a private one's owner does not hold the same name any more, renamed or not.
local function names_of(room)
  if not room.owners then
    return { room.name }
  end
  local names = {}
  for i, owner in ipairs(room.owners) do
    local user = holder(owner)
    if not user or user.since ~= room.since[i] then
      return nil
    end
    names[i] = user.username
  end
  return names
end

-- The room and its names, if the owner is a member. What is over is dropped.
local function room_of(id, owner)
  local text = field_of(ROOMS, id)
  local room = text and parsed_room(text)
  if id == 'general' then
    return room or { at = 0, count = 0 }, { 'general' }
  end
  if not text then
    return nil
  end
  if not room or not (room.name or room.owners) then
    table.insert(mended, 'a room')
    redis.call('HDEL', ROOMS, id)
    redis.call('DEL', CHATS .. id)
    return nil
  end
  local names = not is_over(room) and names_of(room)
  if not names then
    drop_room(id, room)
    return nil
  end
  if room.owners and room.owners[1] ~= owner and room.owners[2] ~= owner then
    return nil
  end
  return room, names
end

-- How many messages of each room the owner has read.
local function marks_of(owner)
  local marks = {}
  for id, count in string.gmatch(field_of(READ, owner) or '', '(%w+) (%d+)') do
    marks[id] = tonumber(count)
  end
  return marks
end

local function mark_read(owner, id, count)
  local marks = marks_of(owner)
  if marks[id] == count then
    return
  end
  marks[id] = count
  local kept = {}
  for room, read in pairs(marks) do
    if room == id or field_of(ROOMS, room) then
      table.insert(kept, room .. ' ' .. digits(read))
    end
  end
  redis.call('HSET', READ, owner, table.concat(kept, ' '))
end

-- Talk ends with the area, as it stands at the last of it.
local function keep_talk()
  local last = digits(ends(EPOCH))
  redis.call('PEXPIREAT', ROOMS, last)
  redis.call('PEXPIREAT', READ, last)
end

-- The number of what is told now and of what was told before, for all of talk, so that who missed something finds out. Numbers grow
-- with the time, so that they go on growing where rooms were lost.
local function counted()
  local after = tonumber(field_of(ROOMS, 'talk') or '') or 0
  local number = math.max(after + 1, NOW * 1000)
  redis.call('HSET', ROOMS, 'talk', digits(number))
  return '"number":' .. digits(number) .. ',"after":' .. digits(after)
end

-- To everyone in the area.
local function tell(event, data)
  redis.call(PUBLISH, CHANNEL, '{"notice":"talk",' .. counted() .. ',"told":{"event":"' .. event .. '","data":' .. data .. '}}')
end

-- To these owners alone.
local function whisper(owners, event, data)
  local to = {}
  for _, owner in ipairs(owners) do
    table.insert(to, quoted(owner))
  end
  redis.call(PUBLISH, PRIVATE_CHANNEL, '{"notice":"private",' .. counted() .. ',"to":[' .. table.concat(to, ',')
    .. '],"told":{"event":"' .. event .. '","data":' .. data .. '}}')
end

-- A room as members see it.
local function room_data(id, names)
  local written = {}
  for _, name in ipairs(names) do
    table.insert(written, quoted(name))
  end
  return '{"id":"' .. id .. '","names":[' .. table.concat(written, ',') .. ']}'
end

-- A message in the set: its id, who said it with which n (- for none), and what members are told of it.
local MESSAGE = '^(%d%d%d%d%d%d%d%d%d%d%d%d%d%-%d%d%d%d%d%d%d%d%d%d) (%x+) ([%d-]+) ({.*})$'
