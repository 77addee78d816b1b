-- wake: puts a parked task into the queue again, once.
--
-- uses: write_event
-- KEYS: queue, task, events, waiting, index
-- ARGV: task_id, now, kept_s, events_channel, score
--   kept_s  how long the task and its events are kept from now on
--   score   its place on the index, which may have forgotten it
-- Returns: 1, or 0 when it does not wait (any more)

local queue, task, events, waiting, index = unpack(KEYS)
local task_id, now, kept_s, events_channel, score = unpack(ARGV)

redis.call('ZREM', waiting, task_id)
if redis.call('HGET', task, 'status') ~= 'waiting' then return 0 end
local waits = redis.call('HGET', task, 'waits') .. now
redis.call('HSET', task, 'status', 'queued', 'waits', waits, 'updated_at', now)
redis.call('HDEL', task, 'waiting_for')
redis.call('EXPIRE', task, kept_s)
redis.call('XADD', queue, '*', 'task_id', task_id)
redis.call('ZADD', index, 'NX', score, task_id)
write_event(events, events_channel, kept_s, task_id, 'goes_on', now, {'status', 'queued'})
return 1
