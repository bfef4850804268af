-- A user as AREA:state keeps it, and the keys that say the same: AREA:due, the two sets, the records.

local function whole(number)
  return type(number) == 'number' and number >= 0 and number < 2 ^ 53 and number % 1 == 0
end

-- The user that a text holds; nothing if it is not one.
local function parsed_user(text)
  local read, user = pcall(cjson.decode, text)
  if not read or type(user) ~= 'table' then
    return nil
  end
  local vote = user.vote
  local voted = vote == nil or (type(vote) == 'table' and type(vote.id) == 'string' and whole(vote.at))
  local named = type(user.username) == 'string' and type(user.img) == 'string' and type(user.owner) == 'string'
  if named and voted and whole(user.since) and whole(user.due) then
    return user
  end
  return nil
end

local function write_user(name, user)
  local vote = ''
  if user.vote then
    vote = ',"vote":{"id":' .. quoted(user.vote.id) .. ',"at":' .. digits(user.vote.at) .. '}'
  end
  local text = '{"username":' .. quoted(user.username) .. ',"img":' .. quoted(user.img)
    .. ',"since":' .. digits(user.since) .. ',"due":' .. digits(user.due) .. vote
    .. ',"owner":' .. quoted(user.owner) .. '}'
  redis.call('HSET', STATE, name, text)
  return text
end

local function delete_record(name)
  -- Only a name's own keys: what came into the state from elsewhere must not reach another key.
  if name ~= 'timer' and string.match(name, '^[^:]+$') then
    local key = USERS .. ':' .. name
    redis.call('DEL', key, key .. ':img', key .. ':owner', key .. ':vote')
  end
end

-- Takes a user out everywhere; the owner keeps its `n`.
local function take_out(name, user)
  redis.call('HDEL', STATE, name)
  redis.call('ZREM', DUE, name)
  redis.call('SREM', USERS, USERS .. ':' .. name)
  redis.call('SREM', VOTES, USERS .. ':' .. name)
  delete_record(name)
  if redis.call('HGET', OWNERS, user.owner) == name then
    redis.call('HDEL', OWNERS, user.owner)
  end
end

-- When the area empties, or did: a lifetime after the last act in it; 0 if there was none.
local function area_ends()
  local at = math.max(ends(USERS_TIMER), ends(VOTES_TIMER))
  if at == 0 and (tonumber(redis.call('GET', SEQ) or '') or 0) > 0 then
    -- The timers have ended, and the epoch is kept exactly so much longer.
    at = math.max(ends(EPOCH) - GRACE, 0)
  end
  return at
end

-- Tells the sweep of the area.
local function list_timers()
  if not EXPIRE_KEYS then
    return
  end
  if type(redis.pcall('SADD', EXPIRE_KEYS, USERS, VOTES)) ~= 'number' then
    only('set', EXPIRE_KEYS)
    redis.call('SADD', EXPIRE_KEYS, USERS, VOTES)
  end
end

-- Gives the area until `at`, and its keys some time more.
local function keep_area(at)
  local timer = digits(at)
  redis.call('SET', USERS_TIMER, '', 'PXAT', timer)
  redis.call('SET', VOTES_TIMER, '', 'PXAT', timer)
  list_timers()
  redis.call('PEXPIREAT', EPOCH, digits(at + GRACE))
  local last = digits(at + GRACE + STEP)
  for _, key in ipairs({ USERS, VOTES, STATE, VENUES, DUE, OWNERS, SEQ }) do
    redis.call('PEXPIREAT', key, last)
  end
end

-- An act of the user whose records the script was given: the two hours begin anew, the user's and the area's. PLACE is
-- the venue of the user's vote, as JSON.
local function act(name, user, place)
  user.due = math.max(user.due, NOW + LIFETIME)
  local due = digits(user.due)
  redis.call('ZADD', DUE, due, name)
  redis.call('SADD', USERS, RECORD)
  redis.call('SET', RECORD, user.username, 'PXAT', due)
  redis.call('SET', RECORD_IMG, user.img, 'PXAT', due)
  redis.call('SET', RECORD_OWNER, user.owner, 'PXAT', due)
  if user.vote then
    redis.call('SADD', VOTES, RECORD)
    redis.call('SET', RECORD_VOTE, place, 'PXAT', due)
  else
    redis.call('DEL', RECORD_VOTE)
  end
  local text = write_user(name, user)
  keep_area(math.max(area_ends(), user.due))
  return text
end
