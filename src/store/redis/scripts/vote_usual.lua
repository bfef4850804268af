-- The usual vote, for a place that the area has or for a new one. The rules are those of `vote.lua`.

local function usual_vote()
  local ID, PLACE, MOST = ARGV[7], ARGV[8], tonumber(ARGV[9])
  if not is_plain(ID) or not is_usual() then
    return nil
  end
  local places = try('HMGET', VENUES, ID, voted or ID)
  local place = places[1]
  if voted then
    if not places[2] then
      return nil
    end
  elseif not (has_any('HLEN', VENUES) and has_any('SCARD', VOTES)) then
    -- The area's first vote, or what others voted for is lost.
    return nil
  end
  if place then
    -- What the server renders just now needs no reading.
    if place ~= PLACE and not is_venue(ID, place) then
      return nil
    end
  elseif PLACE == '' or (MOST > 0 and call('HLEN', VENUES) >= MOST) then
    return nil
  end
  local first, again = not voted, voted == ID
  if not again then
    voted, voted_at = ID, digits(NOW)
  end
  local mine = usual_act(place or PLACE)
  if not mine then
    return nil
  end
  if first then
    call('SADD', VOTES, RECORD)
  end
  if not place then
    call('HSET', VENUES, ID, PLACE)
  end
  if again then
    return usual_done(mine)
  end
  return usual_done(mine, 'vote', who_is(username, img) .. ',"fs":' .. (place or PLACE) .. '}')
end

local answer = usual_vote()
if answer then
  return answer
end

