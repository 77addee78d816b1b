-- park: lets a task wait for a person: off the queue, and kept until it expires.
-- Fenced like `settle`: only the consumer that holds the queue item may park its task. Somebody
-- may have decided just before, so that the task is looked at once.
--
-- uses: write_event, is_held
-- KEYS: queue, task, dedupe, events, waiting, hints
-- ARGV: group, consumer, item_id, task_id, now, expires_at, expires_s, kept_s, look_at_once,
--       events_channel, (name, value)...
--   expires_at     when it expires, as it is told; one that was parked before keeps the first
--   expires_s      the same in seconds since the epoch
--   kept_s         how long its record is kept
--   look_at_once   '1', or '0' for one that was parked again and again
--   (name, value)  what the task is noted to wait for
-- Returns: 'parked'; 'already' when the task had an outcome; 'lost' when the queue item is
--          somebody else's by now, and then nothing was written

local queue, task, dedupe, events, waiting, hints = unpack(KEYS)
local group, consumer, item_id, task_id, now, expires_at, expires_s, kept_s, look_at_once,
  events_channel = unpack(ARGV, 1, 10)

if not is_held(queue, group, consumer, item_id) then return 'lost' end
local status = redis.call('HGET', task, 'status')
local open = status == 'queued' or status == 'running'
if open then
  local changes = {'status', 'waiting'}
  for i = 11, #ARGV, 2 do
    table.insert(changes, ARGV[i])
    table.insert(changes, ARGV[i + 1])
  end
  local before = redis.call('HGET', task, 'waits')
  local waits = (before and before .. ' ' or '') .. now .. '/'
  redis.call('HSET', task, 'waits', waits, 'updated_at', now, unpack(changes))
  redis.call('HSETNX', task, 'expires_at', expires_at)
  redis.call('HDEL', task, 'stage', 'worker_id')
  redis.call('EXPIRE', task, kept_s)
  -- Asked for again meanwhile, it is the same task.
  local owner = redis.call('GET', dedupe)
  if not owner or owner == task_id then redis.call('SET', dedupe, task_id, 'EX', kept_s) end
  redis.call('ZADD', waiting, expires_s, task_id)
  if look_at_once == '1' then redis.call('SADD', hints, task_id) end
  write_event(events, events_channel, kept_s, task_id, 'waiting', now, changes)
end
redis.call('XACK', queue, group, item_id)
redis.call('XDEL', queue, item_id)
return open and 'parked' or 'already'
