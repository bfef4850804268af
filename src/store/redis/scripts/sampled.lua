-- The store's time, and the servers of which there are samples.

local SERVERS = KEYS[1]

local time = redis.call('TIME')
local kind = redis.call('TYPE', SERVERS).ok
local servers = kind == 'zset' and redis.call('ZRANGE', SERVERS, 0, -1) or {}
return { {}, time[1] * 1000 + math.floor(time[2] / 1000), servers }
