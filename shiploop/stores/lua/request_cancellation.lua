-- request_cancellation: notes that a task shall be cancelled; asking twice is like asking once.
--
-- uses: write_event
-- KEYS: task, events, hints
-- ARGV: now, task_ttl_s, events_channel
-- Returns: 'requested'; 'settled' when it has ended, and stays as it is; 'unknown' when it is gone

local task, events, hints = unpack(KEYS)
local now, task_ttl_s, events_channel = unpack(ARGV)

local status = redis.call('HGET', task, 'status')
if not status then return 'unknown' end
if status ~= 'queued' and status ~= 'running' and status ~= 'waiting' then return 'settled' end
local kept_s = task_ttl_s
if status == 'waiting' then
  kept_s = redis.call('TTL', task)
  redis.call('SADD', hints, redis.call('HGET', task, 'task_id'))
end
if redis.call('HSETNX', task, 'cancel_requested_at', now) == 1 then
  redis.call('HSET', task, 'updated_at', now)
  redis.call('EXPIRE', task, kept_s)
  local task_id = redis.call('HGET', task, 'task_id')
  write_event(events, events_channel, kept_s, task_id, 'cancel_requested', now, {})
end
return 'requested'
