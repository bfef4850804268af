-- Sends everyone whose time is over, and says when the next one's is (0: nobody is there).

open()
expire()
local next_one = redis.call('ZRANGE', DUE, 0, 0, 'WITHSCORES')
return { mended, tonumber(next_one[2] or 0) }
