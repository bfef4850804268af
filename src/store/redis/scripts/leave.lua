-- Signs out: the vote is withdrawn, the name is free again.

if is_known() then
  return done()
end
if not epoch then
  -- There is nothing to be cleared some day but the `n` that is remembered.
  redis.call('SADD', EXPIRE_KEYS, USERS, VOTES)
  begin()
end
if held then
  take_out(held, me)
  publish('userLeft', '{"username":' .. quoted(me.username) .. ',"reason":"left"}')
end
remember()
return done()
