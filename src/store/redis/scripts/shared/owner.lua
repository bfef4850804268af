-- Who asks for a change, what that owner holds, and the answers. Keeps the order of `Record::change`: first who is
-- over, then `n`, then what the act needs.

-- N is the owner's own count, or empty.
local OWNER, N = ARGV[4], ARGV[5]

open()
expire()

-- The owner's last count.
local last = N ~= '' and redis.call('HGET', OWNERS, OWNER .. ':n') or '0'
if not string.match(last, '^%d+$') then
  mend('an n')
  last = '0'
end

-- The name that the owner holds, its user, and that as text.
local held, me, mine

local function look()
  held = redis.call('HGET', OWNERS, OWNER)
  me, mine = nil, nil
  if held then
    me, mine = user_of(held)
  end
  if not me or me.owner ~= OWNER then
    held, me, mine = nil, nil, nil
  end
end
look()

-- Whether the owner's change of this number, or a later one, is stored already. Compared as texts: a number of more
-- than fifteen digits would be rounded.
local function is_known()
  return N ~= '' and (#N < #last or (#N == #last and N <= last))
end

-- How it stands for the owner, and by what: `done`, or `known` where the change is stored already.
local function told(how)
  return { how, mended, epoch or '', seq, NOW, mine or '' }
end

local function done()
  return told('done')
end

-- The change is stored, and so is its number.
local function stored()
  if N ~= '' then
    redis.call('HSET', OWNERS, OWNER .. ':n', N)
    redis.call('PEXPIREAT', OWNERS, digits(ends(EPOCH)), 'NX')
  end
  return done()
end

-- By the area's rules: nothing of the change is stored.
local function refused(why, what)
  return { why, mended, what or '' }
end
