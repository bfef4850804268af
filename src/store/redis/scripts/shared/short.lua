-- What the short ways share: how they read, compare and write, and when an area is sound enough for one: it is of this run, and nobody's
-- two hours are over. Whatever is otherwise goes the full way (`life`, `users`, `owner`), and so does the first act after each STEP.

local call, try = redis.call, redis.pcall
-- What acts now is kept until then.
local TILL = digits(NOW + LIFETIME)

-- Whether a text is written as it is: nothing in it is escaped.
local function is_plain(text)
  return not string.find(text, '["\\%c]')
end

-- Whether the owner's count goes beyond the LAST one, as `is_known` compares it. No count always does.
local function is_next(n, last)
  return string.find(last, '^%d+$') and (n == '' or #n > #last or (#n == #last and n > last))
end

-- How a user's text begins, as `write_user` writes it; also what an event tells of who acts.
local function who_is(username, img)
  return '{"username":"' .. username .. '","img":"' .. img .. '"'
end

-- Of the text of a user who is that one by the records, if it can be renewed: since, of the vote, if there is one, the venue's id and the
-- time, and due. Compared with what it should be, for that takes half as long as taking it apart; and whose name or picture has to be
-- escaped does not compare, so both may be taken over as they are.
local function parts_of(text, who, owner)
  local from = #who + 1
  local tail = ',"owner":"' .. owner .. '"}'
  if string.find(text, who, 1, true) ~= 1 or not string.find(text, tail, -#tail, true) then
    return nil
  end
  local since, due, voted, at, last =
    string.match(text, '^,"since":(%d+),"due":(%d+),"vote":{"id":"([^"\\%c]*)","at":(%d+)}()', from)
  if not since then
    since, due, last = string.match(text, '^,"since":(%d+),"due":(%d+)()', from)
  end
  if not since or last ~= #text - #tail + 1 or #since > 15 or #due > 15 or (voted and #at > 15) then
    return nil
  end
  if tonumber(due) >= NOW + LIFETIME then
    return nil
  end
  return since, voted, at, due
end

-- The user until TILL.
local function user_text(who, since, voted, voted_at, owner)
  local vote = voted and ',"vote":{"id":"' .. voted .. '","at":' .. voted_at .. '}' or ''
  return who .. ',"since":' .. since .. ',"due":' .. TILL .. vote .. ',"owner":"' .. owner .. '"}'
end

-- By what the first four of an area's strings hold (EPOCH, SEQ, the timers), and what the others tell.
local function is_sound(strings)
  local epoch, seq = strings[1], strings[2]
  if not (epoch and seq and strings[3] and strings[4]) then
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

-- Tells the sweep. Not where the list is of another type.
local function is_listed()
  return not EXPIRE_KEYS or type(try('SADD', EXPIRE_KEYS, USERS, VOTES)) == 'number'
end

-- The key until AT at least.
local function keep(key, at)
  if call('PEXPIREAT', key, digits(at), 'GT') == 0 and call('PEXPIRETIME', key) < at then
    call('PEXPIREAT', key, digits(at))
  end
end

-- As `keep_area` does, but for what outlasts the area anyway.
local function keep_timers()
  keep(USERS_TIMER, NOW + LIFETIME)
  keep(VOTES_TIMER, NOW + LIFETIME)
  keep(EPOCH, NOW + LIFETIME + GRACE)
end

-- Tells of a change that has its number already, as `publish` does.
local function tell_change(event, epoch, seq, data)
  call(PUBLISH, CHANNEL, '{"event":"' .. event .. '","epoch":"' .. epoch .. '","seq":' .. seq
    .. ',"at":' .. digits(NOW) .. ',"data":' .. data .. '}')
end

-- As `tell_renewed` does.
local function tell_kept(username)
  call(PUBLISH, CHANNEL, '{"notice":"renewed","username":"' .. username .. '","due":' .. TILL .. '}')
end
