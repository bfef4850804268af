-- Who asks for a change, what that owner holds, and the answers. Keeps the order of `Record::change`: first who is
-- over, then `n`, then what the act needs.

-- N is the owner's own count, or empty.
local OWNER, N = ARGV[4], ARGV[5]

open()
expire()

-- The name that the owner holds, and its user.
local held, me

local function look()
  held = redis.call('HGET', OWNERS, OWNER)
  me = held and user_of(held)
  if not me or me.owner ~= OWNER then
    held, me = nil, nil
  end
end
look()

-- Whether the owner's change of this number, or a later one, is stored already.
local function is_known()
  if N == '' then
    return false
  end
  local last = redis.call('HGET', OWNERS, OWNER .. ':n') or '0'
  if not string.match(last, '^%d+$') then
    mend('an n')
    last = '0'
  end
  -- As texts: a number of more than fifteen digits would be rounded.
  return #N < #last or (#N == #last and N <= last)
end

local function remember()
  if N ~= '' then
    redis.call('HSET', OWNERS, OWNER .. ':n', N)
    redis.call('PEXPIREAT', OWNERS, digits(ends(EPOCH)), 'NX')
  end
end

local function done()
  local name = redis.call('HGET', OWNERS, OWNER)
  local user = name and redis.call('HGET', STATE, name)
  return { 'done', mended, epoch or '', seq, NOW, user or '' }
end

-- By the area's rules: nothing of the change is stored.
local function refused(why, what)
  return { why, mended, what or '' }
end
