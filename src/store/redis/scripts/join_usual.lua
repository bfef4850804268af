-- The usual case of who is in the area already: coming back, or taking another picture. The rules are those of `join.lua`.

local function usual_join()
  local USERNAME, IMG = ARGV[7], ARGV[8]
  if not (is_plain(USERNAME) and is_plain(IMG)) or not is_usual() then
    return nil
  end
  local place = voted and try('HGET', VENUES, voted)
  if voted and type(place) ~= 'string' then
    return nil
  end
  local same = username == USERNAME and img == IMG
  username, img = USERNAME, IMG
  local mine = usual_act(place)
  if not mine then
    return nil
  end
  if same then
    return usual_done(mine)
  end
  return usual_done(mine, 'user', who_is(username, img) .. '}')
end

local answer = usual_join()
if answer then
  return answer
end

