-- Sessions of an account that are not ended yet.

local SESSIONS = KEYS[2]

-- Those of the list that are not among the arguments from this one on, the oldest first.
local function left(from)
  if redis.call('TYPE', SESSIONS).ok ~= 'zset' then
    return {}
  end
  local known, found = {}, {}
  -- The last argument is the run, as every script gets it.
  for i = from, #ARGV - 1 do
    known[ARGV[i]] = true
  end
  for _, session in ipairs(redis.call('ZRANGE', SESSIONS, 0, -1)) do
    if not known[session] then
      table.insert(found, session)
    end
  end
  return found
end
