-- Takes the vote back. No act: the two hours run on.

if is_known() then
  return told('known')
end
if not held then
  return refused('notJoined')
end
if me.vote then
  me.vote = nil
  mine = write_user(held, me)
  redis.call('SREM', VOTES, USERS .. ':' .. held)
  redis.call('DEL', USERS .. ':' .. held .. ':vote')
  publish('voteRemoved', '{"username":' .. quoted(me.username) .. '}')
end
return stored()
