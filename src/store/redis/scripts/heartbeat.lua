-- A server lives, and says how many people follow any area there. Forgets the dead, and answers who lives.

local SERVERS, FOLLOWING = KEYS[1], KEYS[2]
local SERVER, COUNT, LASTS = ARGV[1], ARGV[2], tonumber(ARGV[3])

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local mended = {}
for key, kind in pairs({ [SERVERS] = 'zset', [FOLLOWING] = 'hash' }) do
  local is = redis.call('TYPE', key).ok
  if is ~= kind and is ~= 'none' then
    redis.call('DEL', key)
    table.insert(mended, key)
  end
end
redis.call('ZADD', SERVERS, string.format('%.0f', now + LASTS), SERVER)
redis.call('HSET', FOLLOWING, SERVER, COUNT)
redis.call('ZREMRANGEBYSCORE', SERVERS, '-inf', string.format('%.0f', now))
for _, server in ipairs(redis.call('HKEYS', FOLLOWING)) do
  if not redis.call('ZSCORE', SERVERS, server) then
    redis.call('HDEL', FOLLOWING, server)
  end
end
redis.call('PEXPIRE', FOLLOWING, LASTS)
return { mended, redis.call('ZRANGE', SERVERS, 0, -1), redis.call('HGETALL', FOLLOWING) }
