-- Keeps one sample more of a server, at the store's own time, and forgets what is older than LASTS ms: of this server, and who of the
-- others has said nothing for so long.

local SERVERS, SAMPLES = KEYS[1], KEYS[2]
local SERVER, SAMPLE, LASTS = ARGV[1], ARGV[2], tonumber(ARGV[3])

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local at, before = string.format('%.0f', now), string.format('(%.0f', now - LASTS)

local mended = {}
for _, key in ipairs({ SERVERS, SAMPLES }) do
  local kind = redis.call('TYPE', key).ok
  if kind ~= 'zset' and kind ~= 'none' then
    redis.call('DEL', key)
    table.insert(mended, 'samples')
  end
end
for key, member in pairs({ [SERVERS] = SERVER, [SAMPLES] = SAMPLE }) do
  redis.call('ZADD', key, at, member)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', before)
  redis.call('PEXPIRE', key, LASTS)
end
return { mended }
