-- request_cancellation: notes that a task shall be cancelled; asking twice is like asking once.
--
-- uses: write_event
-- KEYS: task, events
-- ARGV: now, task_ttl_s, events_channel
-- Returns: 'requested'; 'settled' when it has ended, and stays as it is; 'unknown' when it is gone

local task, events = unpack(KEYS)
local now, task_ttl_s, events_channel = unpack(ARGV)

local status = redis.call('HGET', task, 'status')
if not status then return 'unknown' end
if status ~= 'queued' and status ~= 'running' then return 'settled' end
if redis.call('HSETNX', task, 'cancel_requested_at', now) == 1 then
  redis.call('HSET', task, 'updated_at', now)
  redis.call('EXPIRE', task, task_ttl_s)
  local task_id = redis.call('HGET', task, 'task_id')
  write_event(events, events_channel, task_ttl_s, task_id, 'cancel_requested', now, {})
end
return 'requested'
