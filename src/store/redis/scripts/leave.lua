-- Signs out: the vote is withdrawn, the name is free again.

if is_known() then
  return done()
end
if not epoch then
  -- There is nothing to be cleared some day but the `n` that is remembered.
  list_timers()
  begin()
end
if held then
  take_out(held, me)
  mine = nil
  publish('userLeft', '{"username":' .. quoted(me.username) .. ',"reason":"left"}')
end
return stored()
