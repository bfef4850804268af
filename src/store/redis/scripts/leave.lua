-- Signs out: the vote is withdrawn, the name is free again.

-- Who never held anything leaves nothing behind.
if is_known() then
  return told('known')
end
if not held and redis.call('HEXISTS', OWNERS, OWNER .. ':n') == 0 then
  return done()
end
if held then
  take_out(held, me)
  end_talk_of(OWNER)
  mine = nil
  publish('userLeft', '{"username":' .. quoted(me.username) .. ',"reason":"left"}')
end
return stored()
