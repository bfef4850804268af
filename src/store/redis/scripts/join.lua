-- Takes a name, or another one, or comes back to it.

local NAME, USERNAME, IMG, MOST = ARGV[6], ARGV[7], ARGV[8], tonumber(ARGV[9])
-- The account that has the name, where it lies with the area; and the id of the one that the owner is.
local ACCOUNT, OWN_ACCOUNT = KEYS[19], ARGV[10]

-- Forgets the counts of those who left, all but this owner's, when they are as many as users may be. Names taken and left again and
-- again would fill the memory otherwise. Who is here keeps theirs.
local function forget_who_left()
  local own = redis.call('HEXISTS', OWNERS, OWNER .. ':n')
  -- Who is here has two fields, the name and the count. Some have no count: then it is done a little later.
  if MOST == 0 or redis.call('HLEN', OWNERS) - 2 * redis.call('HLEN', STATE) - own < MOST then
    return
  end
  local fields, here = redis.call('HKEYS', OWNERS), { [OWNER] = true }
  for _, field in ipairs(fields) do
    if not string.match(field, ':n$') then
      here[field] = true
    end
  end
  for _, field in ipairs(fields) do
    local owner = string.match(field, '^(.*):n$')
    if owner and not here[owner] then
      redis.call('HDEL', OWNERS, field)
    end
  end
end

if is_known() then
  return told('known')
end
-- Who holds it already keeps it until it ends.
if ACCOUNT and held ~= NAME then
  local account = redis.pcall('HMGET', ACCOUNT, 'id', 'username', 'hash')
  if account[1] and account[2] and account[3] and account[1] ~= OWN_ACCOUNT then
    return refused('account', account[1])
  end
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
  forget_who_left()
  redis.call('HSET', OWNERS, OWNER, NAME)
  mine = act(NAME, { username = USERNAME, img = IMG, since = NOW, due = 0, owner = OWNER })
  publish('user', '{' .. picture)
end
return stored()
