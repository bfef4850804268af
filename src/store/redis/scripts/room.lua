-- Opens a room, or finds it: the named one (KEY is how NAME is compared), or the private one with who holds WITH. ID is what a new
-- one goes by. No act: the two hours run on.

local ID, KEY, NAME, WITH = ARGV[6], ARGV[7], ARGV[8], ARGV[9]
local MOST_NAMED, MOST_PRIVATE = tonumber(ARGV[10]), tonumber(ARGV[11])

if not me then
  return refused('notJoined')
end

local function answer(id, names)
  keep_talk()
  return { 'room', mended, id, names }
end

-- How many of these rooms are left, once those that are over are dropped: the named ones, and the private ones that the owner opened.
local function left(field)
  local count = 0
  for _, id in ipairs(listed(field)) do
    local room = room_of(id, OWNER)
    count = count + (room and (not room.owners or room.owners[1] == OWNER) and 1 or 0)
  end
  return count
end

-- The named room in which nothing was said yet for the longest time.
local function oldest_empty()
  local oldest, found
  for _, id in ipairs(listed('named')) do
    local room = room_of(id, OWNER)
    local older = room and room.count == 0 and (not found or room.at < found.at or (room.at == found.at and id < oldest))
    if older then
      oldest, found = id, room
    end
  end
  return oldest, found
end

if WITH == '' then
  if KEY == 'general' then
    return answer('general', { 'general' })
  end
  local found = field_of(ROOMS, 'name:' .. KEY)
  local room, names = room_of(found or ID, OWNER)
  if room and room.name then
    return answer(found, names)
  end
  if MOST_NAMED > 0 and left('named') >= MOST_NAMED then
    -- Somebody who opens room after room and says nothing takes no place from anybody.
    local empty, it = oldest_empty()
    if not empty then
      return refused('roomsFull')
    end
    drop_room(empty, it)
  end
  write_room(ID, { name = NAME, key = KEY, at = NOW, count = 0 })
  redis.call('HSET', ROOMS, 'name:' .. KEY, ID)
  list('named', ID)
  tell('room', room_data(ID, { NAME }))
  return answer(ID, { NAME })
end

local other = user_of(WITH)
if not other or other.owner == OWNER then
  return refused('nobodyThere')
end
local owners = { OWNER, other.owner }
local found = field_of(ROOMS, pair(owners))
local room, names = room_of(found or ID, OWNER)
if room and room.owners then
  if room.owners[2] == OWNER and not room.told then
    room.told = true
    write_room(found, room)
  end
  return answer(found, names)
end
-- A room costs its opener alone: else strangers could fill somebody's list, and learn how full it is.
if MOST_PRIVATE > 0 and left('of:' .. OWNER) >= MOST_PRIVATE then
  return refused('privateRoomsFull')
end
room = { owners = owners, since = { me.since, other.since }, told = false, at = NOW, count = 0 }
write_room(ID, room)
redis.call('HSET', ROOMS, pair(owners), ID)
list('of:' .. owners[1], ID)
list('of:' .. owners[2], ID)
return answer(ID, names_of(room))
