-- The usual case of an act, in as few commands as it takes: the area is sound and of this run, nobody's two hours are over, the act is
-- new, and who acts is in the area and holds the name that the script was given. It goes through the same steps as the full course
-- (`life`, `users`, `owner`), each for the user's own part alone; nothing is written before it has looked at all that it needs. Whatever
-- is otherwise it leaves as it is, to the full course, which looks at the area as a whole. So does the first act after each STEP.

local OWNER, N, NAME = ARGV[4], ARGV[5], ARGV[6]
local call, try = redis.call, redis.pcall

-- Who acts, with what is known of the area: texts that can be taken over as they are, for nothing in them is escaped. `voted` is the
-- id of the vote's venue, nothing without a vote.
local username, img, since, voted, voted_at
local epoch, seq, records

local function is_plain(text)
  return not string.find(text, '["\\%c]')
end

-- Whether all is as usual, up to the act itself.
local function is_usual()
  local held = try('HMGET', OWNERS, OWNER, OWNER .. ':n')
  local last = held[2] or '0'
  if not RECORD or held[1] ~= NAME or not string.find(last, '^%d+$') then
    return false
  end
  -- As `is_known` compares it.
  if N ~= '' and (#N < #last or (#N == #last and N <= last)) then
    return false
  end
  local text = try('HGET', STATE, NAME)
  if type(text) ~= 'string' then
    return false
  end
  -- As `write_user` writes it.
  local due, vote, owner
  username, img, since, due, vote, owner = string.match(text,
    '^{"username":"([^"\\%c]*)","img":"([^"\\%c]*)","since":(%d+),"due":(%d+)(.-),"owner":"([^"\\%c]*)"}$')
  if owner ~= OWNER or #since > 15 or #due > 15 or tonumber(due) >= NOW + LIFETIME then
    return false
  end
  if vote ~= '' then
    voted, voted_at = string.match(vote, '^,"vote":{"id":"([^"\\%c]*)","at":(%d+)}$')
    if not voted or #voted_at > 15 then
      return false
    end
  end
  records = call('MGET', EPOCH, SEQ, USERS_TIMER, VOTES_TIMER, RECORD, RECORD_IMG, RECORD_OWNER)
  epoch, seq = records[1], records[2]
  if not (epoch and seq and records[3] and records[4]) then
    return false
  end
  local of = #epoch <= 64 and string.match(epoch, '^(%x+)%.%d+$')
  return of == run() and #seq <= 15 and string.find(seq, '^[1-9]%d*$')
    and try('ZCOUNT', DUE, '-inf', digits(NOW)) == 0
    and call('PEXPIRETIME', STATE) >= NOW + LIFETIME + GRACE
end

local function has_any(command, key)
  local count = try(command, key)
  return type(count) == 'number' and count > 0
end

-- The record until TILL; written only where it is another one.
local function keep_record(key, was, text, till)
  if was == text then
    call('PEXPIREAT', key, till)
  else
    call('SET', key, text, 'PXAT', till)
  end
end

-- The key until AT at least.
local function keep(key, at)
  if call('PEXPIREAT', key, digits(at), 'GT') == 0 and call('PEXPIRETIME', key) < at then
    call('PEXPIREAT', key, digits(at))
  end
end

-- What `act` does, and the owner's count. Answers with the user's text; with nothing, and nothing is changed, where a key is not as usual.
-- VOTES is written by who votes.
local function usual_act(place)
  local till = digits(NOW + LIFETIME)
  if EXPIRE_KEYS and type(try('SADD', EXPIRE_KEYS, USERS, VOTES)) ~= 'number' then
    return nil
  end
  -- Changes nothing, and says so, where the user is not among those who are due, or is due then already.
  if try('ZADD', DUE, 'XX', 'CH', till, NAME) ~= 1 then
    return nil
  end
  keep_record(RECORD, records[5], username, till)
  keep_record(RECORD_IMG, records[6], img, till)
  keep_record(RECORD_OWNER, records[7], OWNER, till)
  local vote = ''
  if voted then
    vote = ',"vote":{"id":"' .. voted .. '","at":' .. voted_at .. '}'
    call('SET', RECORD_VOTE, place, 'PXAT', till)
  else
    call('DEL', RECORD_VOTE)
  end
  local text = '{"username":"' .. username .. '","img":"' .. img .. '","since":' .. since .. ',"due":' .. till
    .. vote .. ',"owner":"' .. OWNER .. '"}'
  call('HSET', STATE, NAME, text)
  keep(USERS_TIMER, NOW + LIFETIME)
  keep(VOTES_TIMER, NOW + LIFETIME)
  keep(EPOCH, NOW + LIFETIME + GRACE)
  if N ~= '' then
    call('HSET', OWNERS, OWNER .. ':n', N)
  end
  return text
end

-- Tells of the act, as `publish` and `tell_renewed` do, and answers.
local function usual_done(mine, event, data)
  if event then
    seq = digits(call('INCR', SEQ))
    call(PUBLISH, CHANNEL, '{"event":"' .. event .. '","epoch":"' .. epoch .. '","seq":' .. seq
      .. ',"at":' .. digits(NOW) .. ',"data":' .. data .. '}')
  else
    call(PUBLISH, CHANNEL, '{"notice":"renewed","username":"' .. username .. '","due":' .. digits(NOW + LIFETIME) .. '}')
  end
  return { 'done', {}, epoch, tonumber(seq), NOW, mine }
end

