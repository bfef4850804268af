-- Gives the account another hash, if it is still the one of ID with the hash that was verified, and if all its sessions are ended but
-- the one that stays: that one, and those that are ended, are named from the fourth argument on. Answers as the script that deletes.

local ACCOUNT = KEYS[1]
local ID, BEFORE, AFTER = ARGV[1], ARGV[2], ARGV[3]

if redis.call('TYPE', ACCOUNT).ok ~= 'hash' then
  return { 0, {} }
end
local id, hash = unpack(redis.call('HMGET', ACCOUNT, 'id', 'hash'))
if id ~= ID or hash ~= BEFORE then
  return { 0, {} }
end
local sessions = left(4)
if #sessions == 0 then
  redis.call('HSET', ACCOUNT, 'hash', AFTER)
end
return { 1, sessions }
