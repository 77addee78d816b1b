-- approve: notes that a person wants a parked task to go on; whoever looks after those wakes it.
--
-- uses: write_event
-- KEYS: task, events, hints
-- ARGV: task_id, by, now, events_channel
-- Returns: 'approved', again where it was before; 'settled' when the task has ended; 'running'
--          when it waits for nobody; 'unknown' when it is gone

local task, events, hints = unpack(KEYS)
local task_id, by, now, events_channel = unpack(ARGV)

local status = redis.call('HGET', task, 'status')
if not status then return 'unknown' end
if status ~= 'waiting' then
  if redis.call('HEXISTS', task, 'approved_by') == 1 then return 'approved' end
  return (status == 'queued' or status == 'running') and 'running' or 'settled'
end
if redis.call('HSETNX', task, 'approved_by', by) == 1 then
  redis.call('HSET', task, 'updated_at', now)
  local left_s = redis.call('TTL', task)
  write_event(events, events_channel, left_s, task_id, 'approved', now, {'approved_by', by})
end
redis.call('SADD', hints, task_id)
return 'approved'
