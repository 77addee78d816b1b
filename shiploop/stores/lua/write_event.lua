-- write_event: appends one event to a task's stream and wakes those who follow the task.
-- Every script that changes a task calls it: the change and its event happen together, so
-- that a follower neither misses one nor sees one that did not happen.
--
-- Function: write_event(events, channel, ttl_s, task_id, kind, at, changes)
--   events   the task's stream; it lives for another ttl_s: give it as long as the task
--   channel  where followers listen for the ids of the tasks that have changed
--   changes  flat: name, value, name, value, ...
-- Returns: nothing

local function write_event(events, channel, ttl_s, task_id, kind, at, changes)
  redis.call('XADD', events, '*', 'kind', kind, 'at', at, unpack(changes))
  redis.call('EXPIRE', events, ttl_s)
  redis.call('PUBLISH', channel, task_id)
end
