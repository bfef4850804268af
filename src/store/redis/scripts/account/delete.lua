-- Deletes the account, if it is still the one of ID with the hash that was verified, and if all its sessions are ended: those named
-- from the third argument on are. Answers whether it is that account, and the ids of sessions that are to be ended first; while there
-- are any, nothing is deleted, so who fails half-way does it again.

local ACCOUNT, TRIES = KEYS[1], KEYS[3]
local ID, HASH = ARGV[1], ARGV[2]

if redis.call('TYPE', ACCOUNT).ok ~= 'hash' then
  return { 0, {} }
end
local id, hash = unpack(redis.call('HMGET', ACCOUNT, 'id', 'hash'))
if id ~= ID or hash ~= HASH then
  return { 0, {} }
end
local sessions = left(3)
if #sessions == 0 then
  redis.call('DEL', ACCOUNT, SESSIONS, TRIES)
end
return { 1, sessions }
