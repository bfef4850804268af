-- Casts, replaces or renews the vote. NAME is the name whose records the script was given, PLACE the venue as JSON
-- (empty: one that the area has).

local NAME, ID, PLACE, MOST = ARGV[6], ARGV[7], ARGV[8], tonumber(ARGV[9])

if is_known() then
  return told('known')
end
if not held then
  return refused('notJoined')
end
if held ~= NAME then
  return refused('held', held)
end
local place, broken = venue_of(ID)
if broken then
  look()
end
if not place then
  if PLACE == '' then
    return refused('noSuchVenue')
  end
  if MOST > 0 and redis.call('HLEN', VENUES) >= MOST then
    return refused('venuesFull')
  end
  redis.call('HSET', VENUES, ID, PLACE)
  place = PLACE
end
if me.vote and me.vote.id == ID then
  mine = act(NAME, me, place)
  tell_renewed(me)
else
  me.vote = { id = ID, at = NOW }
  mine = act(NAME, me, place)
  publish('vote', '{"username":' .. quoted(me.username) .. ',"img":' .. quoted(me.img) .. ',"fs":' .. place .. '}')
end
return stored()
