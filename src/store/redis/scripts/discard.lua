-- Deletes what the server found that it cannot read, unless it is another text by now. ARGV: threes of `state` or
-- `venues`, the field, the text.

open()
local gone = false
-- The last one is the run.
for i = 4, #ARGV - 1, 3 do
  local key = ARGV[i] == 'state' and STATE or VENUES
  if redis.call('HGET', key, ARGV[i + 1]) == ARGV[i + 2] then
    redis.call('HDEL', key, ARGV[i + 1])
    gone = true
  end
end
if gone then
  mend('what the server cannot read')
end
return { mended }
