-- percentiles: finds values by rank in several distributions, each spread over as many keys.
-- By rank in one key; over several, the smallest value that has enough values at or below it:
-- all values are whole milliseconds, so halving the range finds it exactly.
--
-- KEYS: values...
--   values  sorted sets, those of one distribution side by side
-- ARGV: days, (share, whole)...
--   days          how many keys each distribution has
--   share, whole  the wanted share of the values, as a fraction
-- Returns: for each distribution {how many values it has, the value at each share, ...};
--          no value when it has none

local days = unpack(ARGV, 1, 1)
days = tonumber(days)

local function spread(names)
  local total, lowest, highest = 0, math.huge, 0
  for _, key in ipairs(names) do
    local size = redis.call('ZCARD', key)
    if size > 0 then
      total = total + size
      lowest = math.min(lowest, tonumber(redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2]))
      highest = math.max(highest, tonumber(redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')[2]))
    end
  end
  return total, lowest, highest
end

local function ranked(names, rank, low, high)
  if #names == 1 then
    return tonumber(redis.call('ZRANGE', names[1], rank - 1, rank - 1, 'WITHSCORES')[2])
  end
  while low < high do
    local middle, within = math.floor((low + high) / 2), 0
    for _, key in ipairs(names) do
      within = within + redis.call('ZCOUNT', key, '-inf', middle)
    end
    if within >= rank then high = middle else low = middle + 1 end
  end
  return low
end

local answer, at = {}, 1
while at <= #KEYS do
  local names = {unpack(KEYS, at, at + days - 1)}
  at = at + days
  local total, lowest, highest = spread(names)
  local found = {total}
  for i = 2, total > 0 and #ARGV or 0, 2 do
    local share, whole = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
    local rank = math.floor((share * total + whole - 1) / whole)
    table.insert(found, ranked(names, rank, lowest, highest))
  end
  table.insert(answer, found)
end
return answer
