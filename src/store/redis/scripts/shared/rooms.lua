-- The rooms of an area as AREA:rooms keeps them: each under its id, and beside it what finds it: `named` (ids), `name:NAME`,
-- `of:OWNER` (ids of private rooms), `with:OWNER:OWNER`. `talk` counts what was told. AREA:read has a field for each owner.

local PRIVATE_CHANNEL = string.sub(CHANNEL, 1, -7) .. 'private'
local CHATS = string.sub(ROOMS, 1, -6) .. 'chat:'

-- A field of a hash that may be of another type: then it is deleted, and has none.
local function field_of(key, field)
  local text = redis.pcall('HGET', key, field)
  if type(text) == 'table' then
    only('hash', key)
    return nil
  end
  return text or nil
end

-- The room that a text holds; nothing if it is not one. `key` is how its name is compared.
local function parsed_room(text)
  local read, room = pcall(cjson.decode, text)
  if not read or type(room) ~= 'table' or not whole(room.at) or not whole(room.count) then
    return nil
  end
  -- As many digits as an id has places for, with a billion messages to come.
  if room.at >= 10 ^ 13 or room.count >= 9 * 10 ^ 9 then
    return nil
  end
  local owners, since = room.owners, room.since
  if owners == nil then
    return type(room.name) == type(room.key) and (room.name == nil or type(room.name) == 'string') and room or nil
  end
  local two = type(owners) == 'table' and type(since) == 'table' and #owners == 2
  if two and type(owners[1]) == 'string' and type(owners[2]) == 'string' and whole(since[1]) and whole(since[2]) then
    return room
  end
  return nil
end

local function write_room(id, room)
  local kind = ''
  if room.name then
    kind = '"name":' .. quoted(room.name) .. ',"key":' .. quoted(room.key) .. ','
  elseif room.owners then
    kind = '"owners":[' .. quoted(room.owners[1]) .. ',' .. quoted(room.owners[2]) .. '],"since":[' .. digits(room.since[1])
      .. ',' .. digits(room.since[2]) .. '],"told":' .. (room.told and 'true' or 'false') .. ','
  end
  redis.call('HSET', ROOMS, id, '{' .. kind .. '"at":' .. digits(room.at) .. ',"count":' .. digits(room.count) .. '}')
end

local function listed(field)
  local ids = {}
  for id in string.gmatch(field_of(ROOMS, field) or '', '%x+') do
    table.insert(ids, id)
  end
  return ids
end

local function list(field, id)
  local ids = listed(field)
  table.insert(ids, id)
  redis.call('HSET', ROOMS, field, table.concat(ids, ' '))
end

local function unlist(field, id)
  local left = {}
  for _, other in ipairs(listed(field)) do
    if other ~= id then
      table.insert(left, other)
    end
  end
  if #left > 0 then
    redis.call('HSET', ROOMS, field, table.concat(left, ' '))
  else
    redis.call('HDEL', ROOMS, field)
  end
end

local function pair(owners)
  local one, two = owners[1], owners[2]
  return one < two and 'with:' .. one .. ':' .. two or 'with:' .. two .. ':' .. one
end

-- Takes a room out everywhere, with its messages.
local function drop_room(id, room)
  redis.call('HDEL', ROOMS, id)
  redis.call('DEL', CHATS .. id)
  if room.owners then
    redis.call('HDEL', ROOMS, pair(room.owners))
    unlist('of:' .. room.owners[1], id)
    unlist('of:' .. room.owners[2], id)
  else
    unlist('named', id)
    redis.call('HDEL', ROOMS, 'name:' .. (room.key or ''))
  end
end

-- The owner's name has ended: private rooms end with it, and nothing is known of what was read.
local function end_talk_of(owner)
  for _, id in ipairs(listed('of:' .. owner)) do
    local room = parsed_room(field_of(ROOMS, id) or '')
    if room and room.owners then
      drop_room(id, room)
    else
      redis.call('DEL', CHATS .. id)
      redis.call('HDEL', ROOMS, id, 'of:' .. owner)
    end
  end
  if type(redis.pcall('HDEL', READ, owner)) ~= 'number' then
    only('hash', READ)
  end
end

-- The owner's name is another's from now on, and with it the private rooms and what was read. Written before it is deleted: a hash
-- that is empty for a moment would lose its end.
local function hand_over_talk(from, to)
  for _, id in ipairs(listed('of:' .. from)) do
    local room = parsed_room(field_of(ROOMS, id) or '')
    if room and room.owners then
      local before = pair(room.owners)
      for i, owner in ipairs(room.owners) do
        room.owners[i] = owner == from and to or owner
      end
      write_room(id, room)
      redis.call('HSET', ROOMS, pair(room.owners), id)
      redis.call('HDEL', ROOMS, before)
      list('of:' .. to, id)
      redis.call('HDEL', ROOMS, 'of:' .. from)
    end
  end
  local marks = field_of(READ, from)
  if marks then
    redis.call('HSET', READ, to, marks)
    redis.call('HDEL', READ, from)
  end
end

local function is_over(room)
  return room.at + LIFETIME <= NOW
end

-- What the sweep takes of an area that goes on: its messages have ended by themselves. `general` stays.
local function drop_rooms_that_are_over()
  local fields = redis.pcall('HKEYS', ROOMS)
  for _, id in ipairs(fields.err and {} or fields) do
    local room = #id == 32 and parsed_room(field_of(ROOMS, id) or '')
    if room and (room.name or room.owners) and is_over(room) then
      drop_room(id, room)
    end
  end
end

-- What the sweep takes: all rooms, with their messages.
local function delete_talk()
  local fields = redis.pcall('HKEYS', ROOMS)
  for _, id in ipairs(fields.err and {} or fields) do
    if #id == 32 and string.match(id, '^%x+$') then
      redis.call('DEL', CHATS .. id)
    end
  end
  redis.call('DEL', ROOMS, READ, CHATS .. 'general')
end
