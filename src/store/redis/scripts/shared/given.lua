-- What every script of an area is given, by name, the time, and how a number is written.
-- A script decides by these keys and by no others; those that it only deletes it may make up from a name.

local USERS, USERS_TIMER, VOTES, VOTES_TIMER = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local STATE, VENUES, DUE, OWNERS = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local EPOCH, SEQ, HERE = KEYS[9], KEYS[10], KEYS[11]
local ROOMS, READ = KEYS[12], KEYS[13]

local CHANNEL = ARGV[1]
-- In a cluster an area's keys have its name in braces: they lie in one slot, whose node alone is told what is published. The list
-- of timers lies in another one: the server writes it; in its place stands a key that is never there.
local CLUSTER = string.sub(CHANNEL, 1, 1) == '{'
local PUBLISH = CLUSTER and 'SPUBLISH' or 'PUBLISH'
local EXPIRE_KEYS = not CLUSTER and KEYS[14]
-- The records of the one user that the script writes about, where it does.
local RECORD, RECORD_IMG, RECORD_OWNER, RECORD_VOTE = unpack(KEYS, 15)

-- Milliseconds: how long a user lasts after an act, and how much longer than the area its keys are kept.
local LIFETIME, GRACE = tonumber(ARGV[2]), tonumber(ARGV[3])
-- The keys that outlast the area by GRACE are kept for up to this much longer, so that an act need not set the ends of them all. The
-- epoch is the first of them to go, and exactly then: it tells when the area ended, and no number outlives what it counts.
local STEP = math.floor(GRACE / 30)

local TIME = redis.call('TIME')
local NOW = TIME[1] * 1000 + math.floor(TIME[2] / 1000)

-- Lua would write a number of more than fourteen digits as 1.8e+15.
local function digits(number)
  return string.format('%.0f', number)
end

-- The run of the server that executes this, as the connection was told when it began; asked for where it was not, which takes as long
-- as ten small commands.
local RUN = ARGV[#ARGV]
local function run()
  if RUN == '' then
    local info = redis.call('INFO', 'server')
    local _, last = string.find(info, 'run_id:', 1, true)
    RUN = string.sub(info, last + 1, last + 8)
  end
  return RUN
end

local function is_venue(id, text)
  local read, venue = pcall(cjson.decode, text)
  return read and type(venue) == 'table' and venue.id == id and type(venue.name) == 'string'
end

