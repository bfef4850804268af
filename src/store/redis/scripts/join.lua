-- Takes a name, or another one, or comes back to it.

local NAME, USERNAME, IMG, MOST = ARGV[6], ARGV[7], ARGV[8], tonumber(ARGV[9])

if is_known() then
  return told('known')
end
if held ~= NAME and redis.call('HEXISTS', STATE, NAME) == 1 then
  return refused('nameTaken', redis.call('HKEYS', STATE))
end
if not held and MOST > 0 and redis.call('HLEN', STATE) >= MOST then
  return refused('usersFull')
end
if not epoch then
  begin()
end
local place = me and me.vote and redis.call('HGET', VENUES, me.vote.id)
local picture = '"username":' .. quoted(USERNAME) .. ',"img":' .. quoted(IMG) .. '}'

if held == NAME then
  local same = me.username == USERNAME and me.img == IMG
  me.username, me.img = USERNAME, IMG
  mine = act(NAME, me, place)
  if same then
    tell_renewed(me)
  else
    publish('user', '{' .. picture)
  end
elseif held then
  local from = me.username
  take_out(held, me)
  redis.call('HSET', OWNERS, OWNER, NAME)
  me.username, me.img = USERNAME, IMG
  mine = act(NAME, me, place)
  publish('renamed', '{"from":' .. quoted(from) .. ',' .. picture)
else
  redis.call('HSET', OWNERS, OWNER, NAME)
  mine = act(NAME, { username = USERNAME, img = IMG, since = NOW, due = 0, owner = OWNER })
  publish('user', '{' .. picture)
end
return stored()
