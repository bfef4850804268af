-- What is remembered of a session; with LIFETIME it is used now, which lasts that long again (written once in EVERY ms: the page
-- tells the hour). At the end stands whether that was written now. Nothing if it is none, or not readable.

local SESSION = KEYS[1]
local LIFETIME, EVERY = ARGV[1], tonumber(ARGV[2])

if redis.call('TYPE', SESSION).ok ~= 'hash' then
  return {}
end
local account, username, label, created, used, revoked =
  unpack(redis.call('HMGET', SESSION, 'account', 'username', 'label', 'created', 'used', 'revoked'))
if revoked then
  return { account or '', username or '', label or '', created or '0', used or '0', '1', '' }
end
if not account or not username or not created or not string.match(used or '', '^%d+$') then
  return {}
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local written = ''
if LIFETIME ~= '' and tonumber(used) + EVERY <= now then
  used = string.format('%.0f', now)
  redis.call('HSET', SESSION, 'used', used)
  redis.call('PEXPIRE', SESSION, LIFETIME)
  written = '1'
end
return { account, username, label or '', created, used, '', written }
