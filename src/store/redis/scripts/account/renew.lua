-- The account of ID is used: it lasts LASTS ms from now, and so does the list of its sessions.

local ACCOUNT, SESSIONS = KEYS[1], KEYS[2]
local ID, LASTS = ARGV[1], ARGV[2]

if redis.call('TYPE', ACCOUNT).ok == 'hash' and redis.call('HGET', ACCOUNT, 'id') == ID then
  redis.call('PEXPIRE', ACCOUNT, LASTS)
  redis.call('PEXPIRE', SESSIONS, LASTS)
end
return 1
