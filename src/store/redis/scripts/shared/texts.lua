-- How texts are written, and keys of a wrong type.

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
