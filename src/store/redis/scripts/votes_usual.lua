-- Usual votes of several people, as `vote_usual.lua` keeps each: what they have in common is done once, and one command serves all where
-- it can. Answers with the epoch, the time, and for each vote the area's number after it and the user's text; or with nothing for one
-- that is not as usual, changes nothing here, and is to go alone.

local MOST = tonumber(ARGV[4])
-- From the fifth argument and the fifteenth key on: five and four for each vote.
local COUNT = (#KEYS - 14) / 4

-- Where, among the strings that are read, the records of a vote begin.
local function records_at(i)
  return 2 + 3 * i
end

-- Who votes, as far as each one's own part tells; what the area has of places is not looked at yet. One vote of each name.
local function voters_of(owners, users, dues, records)
  local voters, seen = {}, {}
  for i = 1, COUNT do
    local owner, n, name, id, place = unpack(ARGV, 5 * i, 5 * i + 4)
    local at = records_at(i)
    local text, username, img = users[i], records[at], records[at + 1]
    local usual = owners[2 * i - 1] == name and is_next(n, owners[2 * i] or '0') and not seen[name] and text and username and img
      and records[at + 2] == owner and is_plain(id)
    seen[name] = true
    if usual then
      local who = who_is(username, img)
      local since, voted, voted_at, due = parts_of(text, who, owner)
      if since and dues[i] == due then
        voters[#voters + 1] = {
          at = i, owner = owner, n = n, name = name, id = id, place = place, record = 11 + 4 * i, who = who,
          username = username, since = since, voted = voted, voted_at = voted_at, again = voted == id,
        }
      end
    end
  end
  return voters
end

-- Those whose place may be voted for; each has then the place as the area knows it. Places that are `added` count as soon as they are.
local function with_places(voters)
  if #voters == 0 then
    return {}, {}
  end
  local ids = {}
  for i, voter in ipairs(voters) do
    ids[2 * i - 1], ids[2 * i] = voter.id, voter.voted or voter.id
  end
  local known = try('HMGET', VENUES, unpack(ids))
  if known.err then
    return {}, {}
  end
  local able, added, has_votes, size = {}, {}, nil, nil
  for i, voter in ipairs(voters) do
    local usual = true
    if voter.voted then
      usual = known[2 * i]
    else
      if has_votes == nil then
        has_votes = has_any('HLEN', VENUES) and has_any('SCARD', VOTES)
      end
      usual = has_votes
    end
    local place = known[2 * i - 1] or added[voter.id]
    if usual and place then
      usual = place == voter.place or is_venue(voter.id, place)
    elseif usual then
      size = size or call('HLEN', VENUES)
      usual = voter.place ~= '' and (MOST == 0 or size < MOST)
      if usual then
        place, size = voter.place, size + 1
        added[voter.id] = place
        added[#added + 1] = voter.id
        added[#added + 1] = place
      end
    end
    if usual then
      voter.place = place
      able[#able + 1] = voter
    end
  end
  return able, added
end

-- Writes all of it, as `usual_act` does for one, but for what is told.
local function write(voters, added)
  local dues, texts, counts, firsts = {}, {}, {}, {}
  for i, voter in ipairs(voters) do
    local at = voter.record
    call('PEXPIREAT', KEYS[at], TILL)
    call('PEXPIREAT', KEYS[at + 1], TILL)
    call('PEXPIREAT', KEYS[at + 2], TILL)
    call('SET', KEYS[at + 3], voter.place, 'PXAT', TILL)
    voter.mine = user_text(voter.who, voter.since, voter.id, voter.again and voter.voted_at or digits(NOW), voter.owner)
    dues[2 * i - 1], dues[2 * i] = TILL, voter.name
    texts[2 * i - 1], texts[2 * i] = voter.name, voter.mine
    if voter.n ~= '' then
      counts[#counts + 1] = voter.owner .. ':n'
      counts[#counts + 1] = voter.n
    end
    if not voter.voted then
      firsts[#firsts + 1] = KEYS[at]
    end
  end
  call('ZADD', DUE, unpack(dues))
  call('HSET', STATE, unpack(texts))
  if #counts > 0 then
    call('HSET', OWNERS, unpack(counts))
  end
  if #firsts > 0 then
    call('SADD', VOTES, unpack(firsts))
  end
  if #added > 0 then
    call('HSET', VENUES, unpack(added))
  end
  keep_timers()
end

-- Tells of each vote in turn, under its own number, and answers it.
local function tell(voters, epoch, seq, answers)
  local changes = 0
  for _, voter in ipairs(voters) do
    changes = changes + (voter.again and 0 or 1)
  end
  if changes > 0 then
    call('INCRBY', SEQ, changes)
  end
  for _, voter in ipairs(voters) do
    if voter.again then
      tell_kept(voter.username)
    else
      seq = seq + 1
      tell_change('vote', epoch, digits(seq), voter.who .. ',"fs":' .. voter.place .. '}')
    end
    answers[voter.at] = { seq, voter.mine }
  end
end

local function usual_votes()
  local answers, owners, names = {}, {}, {}
  local strings = { EPOCH, SEQ, USERS_TIMER, VOTES_TIMER }
  for i = 1, COUNT do
    local owner, at = ARGV[5 * i], records_at(i)
    owners[2 * i - 1], owners[2 * i] = owner, owner .. ':n'
    names[i], answers[i] = ARGV[5 * i + 2], false
    strings[at], strings[at + 1], strings[at + 2] = unpack(KEYS, 11 + 4 * i, 13 + 4 * i)
  end
  local held, users, dues =
    try('HMGET', OWNERS, unpack(owners)), try('HMGET', STATE, unpack(names)), try('ZMSCORE', DUE, unpack(names))
  local records = call('MGET', unpack(strings))
  if held.err or users.err or dues.err or not is_sound(records) then
    return { '', NOW, answers }
  end
  local able, added = with_places(voters_of(held, users, dues, records))
  if #able > 0 and is_listed() then
    write(able, added)
    tell(able, records[1], tonumber(records[2]), answers)
  end
  return { records[1], NOW, answers }
end

return usual_votes()
