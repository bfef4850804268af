-- What every script of an area is given, by name, and how it writes numbers and texts.
-- A script decides by these keys and by no others; those that it only deletes it may make up from a name.

local USERS, USERS_TIMER, VOTES, VOTES_TIMER = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local STATE, VENUES, DUE, OWNERS = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local EPOCH, SEQ, HERE = KEYS[9], KEYS[10], KEYS[11]

local CHANNEL = ARGV[1]
-- In a cluster an area's keys have its name in braces: they lie in one slot, whose node alone is told what is published. The list
-- of timers lies in another one: the server writes it; in its place stands a key that is never there.
local CLUSTER = string.sub(CHANNEL, 1, 1) == '{'
local PUBLISH = CLUSTER and 'SPUBLISH' or 'PUBLISH'
local EXPIRE_KEYS = not CLUSTER and KEYS[12]
-- The records of the one user that the script writes about, where it does.
local RECORD, RECORD_IMG, RECORD_OWNER, RECORD_VOTE = unpack(KEYS, 13)

-- Milliseconds: how long a user lasts after an act, and how much longer than the area its keys are kept.
local LIFETIME, GRACE = tonumber(ARGV[2]), tonumber(ARGV[3])

local TIME = redis.call('TIME')
local NOW = TIME[1] * 1000 + math.floor(TIME[2] / 1000)

-- What was broken, as kinds of keys: for the log, so without any person's or area's name.
local mended = {}

-- Deletes a key that has another type than it must have.
local function only(kind, key)
  local is = redis.call('TYPE', key).ok
  if is ~= kind and is ~= 'none' then
    redis.call('DEL', key)
    table.insert(mended, string.match(key, ':(.*)$') or key)
  end
end

-- Lua would write a number of more than fourteen digits as 1.8e+15.
local function digits(number)
  return string.format('%.0f', number)
end

local SHORT = { ['"'] = '\\"', ['\\'] = '\\\\', ['\b'] = '\\b', ['\f'] = '\\f', ['\n'] = '\\n', ['\r'] = '\\r', ['\t'] = '\\t' }

local function escaped(char)
  return SHORT[char] or string.format('\\u%04x', string.byte(char))
end

-- A text as JSON, byte by byte as the server writes it (cjson would make / into \/).
local function quoted(text)
  return '"' .. string.gsub(text, '[%z\1-\31"\\]', escaped) .. '"'
end

-- When a key ends, in ms; 0 if it is not there or does not end.
local function ends(key)
  return math.max(redis.call('PEXPIRETIME', key), 0)
end
