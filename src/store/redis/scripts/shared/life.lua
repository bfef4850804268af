-- The life of an area: its epoch and numbers, what is broken, whose time is over. Every script of an area begins with
-- `open` and `expire`.

-- No epoch: the area is not there.
local epoch, seq = nil, 0

-- Begins a new life, so that no number ever has two contents.
local function begin()
  local micros = TIME[1] * 1000000 + TIME[2]
  local new
  repeat
    new = run() .. '.' .. digits(micros)
    micros = micros + 1
  until new ~= epoch
  epoch, seq = new, 0
  -- Neither outlives what it numbers: who comes back after that must not be told that nothing has changed.
  local at = area_ends()
  local last = at > 0 and at + GRACE or math.max(ends(STATE), ends(VENUES), ends(OWNERS))
  if last == 0 then
    last = NOW + LIFETIME + GRACE
  end
  redis.call('SET', EPOCH, epoch, 'PXAT', digits(last))
  redis.call('SET', SEQ, '0', 'PXAT', digits(last))
end

local function publish(event, data)
  seq = redis.call('INCR', SEQ)
  redis.call(PUBLISH, CHANNEL, '{"event":"' .. event .. '","epoch":"' .. epoch .. '","seq":' .. digits(seq)
    .. ',"at":' .. digits(NOW) .. ',"data":' .. data .. '}')
end

-- Tells the servers of an act that changes nothing else.
local function tell_renewed(user)
  redis.call(PUBLISH, CHANNEL, '{"notice":"renewed","username":' .. quoted(user.username)
    .. ',"due":' .. digits(user.due) .. '}')
end

-- Deletes what cannot be read, writes anew what follows from the rest, and begins a new epoch. Not on the usual path:
-- it reads the whole area.
local function mend(what)
  table.insert(mended, what)
  local venues = redis.call('HGETALL', VENUES)
  for i = 1, #venues, 2 do
    if not is_venue(venues[i], venues[i + 1]) then
      redis.call('HDEL', VENUES, venues[i])
    end
  end
  for _, name in ipairs(redis.call('ZRANGE', DUE, 0, -1)) do
    if redis.call('HEXISTS', STATE, name) == 0 then
      delete_record(name)
    end
  end
  redis.call('DEL', USERS, VOTES, DUE)
  local names, latest = {}, NOW
  local users = redis.call('HGETALL', STATE)
  for i = 1, #users, 2 do
    local name, user = users[i], parsed_user(users[i + 1])
    if not user then
      redis.call('HDEL', STATE, name)
      delete_record(name)
    else
      if user.vote and redis.call('HEXISTS', VENUES, user.vote.id) == 0 then
        user.vote = nil
        write_user(name, user)
        redis.call('DEL', USERS .. ':' .. name .. ':vote')
      end
      redis.call('ZADD', DUE, digits(user.due), name)
      redis.call('SADD', USERS, USERS .. ':' .. name)
      if user.vote then
        redis.call('SADD', VOTES, USERS .. ':' .. name)
      end
      names[user.owner] = name
      latest = math.max(latest, user.due)
    end
  end
  local owners = redis.call('HGETALL', OWNERS)
  for i = 1, #owners, 2 do
    local count = string.match(owners[i], ':n$')
    if (count and not string.match(owners[i + 1], '^%d+$')) or (not count and names[owners[i]] ~= owners[i + 1]) then
      redis.call('HDEL', OWNERS, owners[i])
    end
  end
  for owner, name in pairs(names) do
    redis.call('HSET', OWNERS, owner, name)
  end
  keep_area(math.max(area_ends(), latest))
  begin()
end

-- How much a key holds. One of another type is deleted.
local function size(command, kind, key)
  local count = redis.pcall(command, key)
  if type(count) == 'number' then
    return count
  end
  only(kind, key)
  return 0
end

-- Whether the epoch has gone by itself: what is left follows within a STEP, and is over for almost a GRACE.
local function is_ending()
  local last = math.max(ends(SEQ), ends(STATE), ends(VENUES), ends(OWNERS))
  return last > 0 and last <= NOW + STEP and ends(USERS_TIMER) == 0 and ends(VOTES_TIMER) == 0
end

-- Looks at what the script will touch, before it writes: Lua does not roll back.
local function open()
  local strings = { EPOCH, SEQ, USERS_TIMER, VOTES_TIMER }
  local texts = redis.call('MGET', unpack(strings))
  for i, key in ipairs(strings) do
    if not texts[i] then
      only('string', key)
    end
  end
  local state, venues = size('HLEN', 'hash', STATE), size('HLEN', 'hash', VENUES)
  local due, owners = size('ZCARD', 'zset', DUE), size('HLEN', 'hash', OWNERS)
  local users, votes = size('SCARD', 'set', USERS), size('SCARD', 'set', VOTES)
  local sound = #mended == 0
  local is_there = texts[1] or texts[2] or texts[3] or texts[4] or state + venues + due + owners + users + votes > 0
  if sound and not is_there then
    return
  end
  if not texts[1] and is_ending() then
    redis.call('DEL', USERS, VOTES, STATE, VENUES, DUE, OWNERS, SEQ)
    return
  end
  local begun, count = texts[1] or '', texts[2] or ''
  local of = #begun <= 64 and string.match(begun, '^(%x+)%.%d+$')
  -- Just as INCR wants it: no more digits than a number keeps here, none before the first.
  local counts = #count <= 15 and string.match(count, '^%d+$') and count == digits(tonumber(count))
  if not of or not counts then
    return mend('epoch and seq')
  end
  epoch, seq = begun, tonumber(count)
  local same = due == state and users == state and votes <= users
  if not sound or not same or (state > 0 and owners == 0) or (votes > 0 and venues == 0) then
    return mend('what belongs together')
  end
  if of ~= run() then
    table.insert(mended, 'run')
    begin()
  end
end

local function read_user(name)
  local text = redis.call('HGET', STATE, name)
  return text and parsed_user(text), text
end

-- The user of that name, and its text, if there is one.
local function user_of(name)
  local user, text = read_user(name)
  if text and not (user and (not user.vote or redis.call('HEXISTS', VENUES, user.vote.id) == 1)) then
    mend('a user')
    user, text = read_user(name)
  end
  return user, text
end

-- The venue of that id as JSON, if the area has it; and whether it was broken.
local function venue_of(id)
  local text = redis.call('HGET', VENUES, id)
  if text and not is_venue(id, text) then
    mend('a venue')
    return false, true
  end
  return text, false
end

-- Sends everyone whose two hours are over, in the order of their ends.
local function expire()
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', DUE, '-inf', digits(NOW))) do
    local user = user_of(name)
    if user and user.due > NOW then
      mend('due')
    elseif user then
      take_out(name, user)
      end_talk_of(user.owner)
      publish('userLeft', '{"username":' .. quoted(user.username) .. ',"reason":"expired"}')
    end
  end
end
