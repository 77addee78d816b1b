-- record: adds to the numbers what a settled task was measured to be, or takes it back exactly.
--
-- Function: record(measured, step)
--   measured  what stores/outcomes.py writes as JSON, decoded
--   step      1 adds a measurement, -1 takes it back
-- Returns: nothing

local function record(measured, step)
  local function lives(key, ttl) redis.call('EXPIRE', key, ttl) end
  local function count(key, field)
    redis.call('HINCRBY', key, field, step)
    lives(key, measured.ttl)
  end
  if measured.counter then
    redis.call('INCRBY', measured.counter, step)
    lives(measured.counter, measured.ttl)
  end
  if measured.waited_ms then
    redis.call('HINCRBY', measured.ever_key, 'waited-ms', step * measured.waited_ms)
  end
  for _, field in ipairs(measured.counts) do
    count(measured.counts_key, field)
    redis.call('HINCRBY', measured.ever_key, field, step)
  end
  if measured.tte_ms then
    redis.call('HINCRBY', measured.ever_key, 'tte-ms', step * measured.tte_ms)
  end
  for _, key in ipairs(measured.events) do
    local minute = '#' .. measured.minute
    redis.call('BITFIELD', key, 'OVERFLOW', 'SAT', 'INCRBY', 'u32', minute, step)
    lives(key, measured.ttl)
  end
  for _, one in ipairs(measured.durations) do
    local key, value, ttl = unpack(one)
    if step > 0 then
      redis.call('ZADD', key, value, measured.task_id)
      lives(key, ttl)
    else
      redis.call('ZREM', key, measured.task_id)
    end
  end
end
