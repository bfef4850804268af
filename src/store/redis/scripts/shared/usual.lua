-- The usual case of an act, in as few commands as it takes: the area is sound, the act is new, and who acts is in the area and holds the
-- name that the script was given. It goes through the same steps as the full course, each for the user's own part alone; nothing is
-- written before it has looked at all that it needs. Whatever is otherwise it leaves as it is, to the full course.

local OWNER, N, NAME = ARGV[4], ARGV[5], ARGV[6]

-- Who acts, with what is known of the area: texts that can be taken over as they are, for nothing in them is escaped. `voted` is the
-- id of the vote's venue, nothing without a vote.
local username, img, since, voted, voted_at
local epoch, seq, records

-- Whether all is as usual, up to the act itself.
local function is_usual()
  local held = try('HMGET', OWNERS, OWNER, OWNER .. ':n')
  if not RECORD or held[1] ~= NAME or not is_next(N, held[2] or '0') then
    return false
  end
  local text = try('HGET', STATE, NAME)
  records = call('MGET', EPOCH, SEQ, USERS_TIMER, VOTES_TIMER, RECORD, RECORD_IMG, RECORD_OWNER)
  epoch, seq, username, img = records[1], records[2], records[5], records[6]
  if type(text) ~= 'string' or not (username and img) or records[7] ~= OWNER then
    return false
  end
  since, voted, voted_at = parts_of(text, who_is(username, img), OWNER)
  return since and is_sound(records)
end

-- The record until TILL; written only where it is another one.
local function keep_record(key, was, text)
  if was == text then
    call('PEXPIREAT', key, TILL)
  else
    call('SET', key, text, 'PXAT', TILL)
  end
end

-- What `act` does, and the owner's count. Answers with the user's text; with nothing, and nothing is changed, where a key is not as usual.
-- VOTES is written by who votes.
local function usual_act(place)
  -- ZADD changes nothing, and says so, where the user is not among those who are due, or is due then already.
  if not is_listed() or try('ZADD', DUE, 'XX', 'CH', TILL, NAME) ~= 1 then
    return nil
  end
  keep_record(RECORD, records[5], username)
  keep_record(RECORD_IMG, records[6], img)
  call('PEXPIREAT', RECORD_OWNER, TILL)
  if voted then
    call('SET', RECORD_VOTE, place, 'PXAT', TILL)
  else
    call('DEL', RECORD_VOTE)
  end
  local text = user_text(who_is(username, img), since, voted, voted_at, OWNER)
  call('HSET', STATE, NAME, text)
  keep_timers()
  if N ~= '' then
    call('HSET', OWNERS, OWNER .. ':n', N)
  end
  return text
end

-- Tells of the act, and answers.
local function usual_done(mine, event, data)
  if event then
    seq = digits(call('INCR', SEQ))
    tell_change(event, epoch, seq, data)
  else
    tell_kept(username)
  end
  return { 'done', {}, epoch, tonumber(seq), NOW, mine }
end
