-- note_task_rollback: writes into a task, settled or not, how far the rollback of its merge is.
-- What has expired does not come back with a few fields.
--
-- KEYS: task
-- ARGV: now, task_ttl_s, (name, value)...
-- Returns: 1, or 0 when the task is gone

local task = unpack(KEYS)
local now, task_ttl_s = unpack(ARGV, 1, 2)

if redis.call('EXISTS', task) == 0 then return 0 end
redis.call('HSET', task, 'updated_at', now)
for i = 3, #ARGV, 2 do redis.call('HSET', task, ARGV[i], ARGV[i + 1]) end
return redis.call('EXPIRE', task, task_ttl_s)
