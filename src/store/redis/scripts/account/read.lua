-- The account's id, name as it is shown, and hash; nothing if there is none.

local ACCOUNT = KEYS[1]

if redis.call('TYPE', ACCOUNT).ok ~= 'hash' then
  return {}
end
return redis.call('HMGET', ACCOUNT, 'id', 'username', 'hash')
