-- hold: notes which runner works on a task.
--
-- uses: is_held
-- KEYS: queue, task
-- ARGV: group, consumer, item_id
-- Returns: 1, or 0 when the queue item is somebody else's by now, or the task is gone

local queue, task = unpack(KEYS)
local group, consumer, item_id = unpack(ARGV)

if not is_held(queue, group, consumer, item_id) then return 0 end
if redis.call('EXISTS', task) == 0 then return 0 end
redis.call('HSET', task, 'worker_id', consumer)
return 1
