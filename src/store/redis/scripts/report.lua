-- Keeps what a server says of an area (CLAIM empty: nothing any more), and tells the step from the last time.

local HERE = KEYS[1]
local CHANNEL, SERVER, CLAIM, STEP, KEPT = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]

-- A claim begins with its number. One that came late, over a connection that was replaced, undoes no newer one.
local function number(claim)
  return tonumber(string.match(claim or '', '^{"v":(%d+)') or 0)
end

local mended = {}
local kind = redis.call('TYPE', HERE).ok
if kind ~= 'hash' and kind ~= 'none' then
  redis.call('DEL', HERE)
  mended = { 'here' }
end
if CLAIM == '' then
  redis.call('HDEL', HERE, SERVER)
elseif number(CLAIM) >= number(redis.call('HGET', HERE, SERVER)) then
  redis.call('HSET', HERE, SERVER, CLAIM)
end
redis.call('PEXPIRE', HERE, KEPT)
redis.call(string.sub(CHANNEL, 1, 1) == '{' and 'SPUBLISH' or 'PUBLISH', CHANNEL, STEP)
return { mended }
