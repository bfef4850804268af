-- Takes a name, or another one, or comes back to it.

local NAME, USERNAME, IMG, MOST = ARGV[6], ARGV[7], ARGV[8], tonumber(ARGV[9])

if is_known() then
  return done()
end
local holder = user_of(NAME)
if holder and holder.owner ~= OWNER then
  return refused('nameTaken', redis.call('HKEYS', STATE))
end
if holder then
  local same = me.username == USERNAME and me.img == IMG
  me.username, me.img = USERNAME, IMG
  act(NAME, me)
  if same then
    redis.call('PUBLISH', CHANNEL, renewed(me))
  else
    publish('user', '{"username":' .. quoted(USERNAME) .. ',"img":' .. quoted(IMG) .. '}')
  end
  remember()
  return done()
end
if not me and MOST > 0 and redis.call('HLEN', STATE) >= MOST then
  return refused('usersFull')
end
if not epoch then
  begin()
end
local from = me and me.username
if me then
  take_out(held, me)
  me.username, me.img = USERNAME, IMG
else
  me = { username = USERNAME, img = IMG, since = NOW, due = 0, owner = OWNER }
end
redis.call('HSET', OWNERS, OWNER, NAME)
act(NAME, me)
local data = '"username":' .. quoted(USERNAME) .. ',"img":' .. quoted(IMG) .. '}'
if from then
  publish('renamed', '{"from":' .. quoted(from) .. ',' .. data)
else
  publish('user', '{' .. data)
end
remember()
return done()
