-- sum_slo_events: adds up stretches of counters of 32 bits.
--
-- KEYS: counters...
-- ARGV: (first_byte, last_byte)...
--   one stretch for each key
-- Returns: the sum of each stretch

local sums = {}
for i, key in ipairs(KEYS) do
  local counters, sum = redis.call('GETRANGE', key, ARGV[2 * i - 1], ARGV[2 * i]), 0
  for at = 1, #counters, 4 do sum = sum + struct.unpack('>I4', counters, at) end
  sums[i] = sum
end
return sums
