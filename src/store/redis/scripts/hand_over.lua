-- The name, vote and private rooms of the owner are TO's from now on; where TO holds a name already, it is given back as by leaving.
-- NAME is the name whose records the script was given.

local NAME, TO = ARGV[6], ARGV[7]

local theirs = redis.call('HGET', OWNERS, TO)
local them = theirs and user_of(theirs)
-- Looking may have mended something.
look()
if is_known() or (not held and redis.call('HEXISTS', OWNERS, OWNER .. ':n') == 0) then
  return done()
end
if not held or TO == OWNER then
  return stored()
end
if them and them.owner == TO then
  take_out(held, me)
  end_talk_of(OWNER)
  mine = nil
  publish('userLeft', '{"username":' .. quoted(me.username) .. ',"reason":"left"}')
  return stored()
end
if held ~= NAME then
  return refused('held', held)
end
me.owner = TO
write_user(held, me)
redis.call('SET', RECORD_OWNER, TO, 'PXAT', digits(me.due))
redis.call('HSET', OWNERS, TO, held)
redis.call('HDEL', OWNERS, OWNER)
-- Neither owner's last number is used a second time.
local given, taken = redis.call('HGET', OWNERS, OWNER .. ':n') or '', redis.call('HGET', OWNERS, TO .. ':n') or ''
if string.match(given, '^%d+$') and (#given > #taken or (#given == #taken and given > taken)) then
  redis.call('HSET', OWNERS, TO .. ':n', given)
end
hand_over_talk(OWNER, TO)
mine = nil
return stored()
