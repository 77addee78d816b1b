-- write_event: appends one event to a task's stream and wakes those who follow the task.
-- Every script that changes a task calls it: the change and its event happen together, so
-- that a follower neither misses one nor sees one that did not happen.
--
-- Function: write_event(events, channel, ttl_s, task_id, kind, at, changes)
--   events   the task's stream; it lives for another ttl_s: give it as long as the task
--   channel  where followers listen for the ids of the tasks that have changed
--   changes  flat: name, value, name, value, ...; a field of a task may be named as one of the
--            event's own, which come last, and hold
-- Returns: nothing

local function write_event(events, channel, ttl_s, task_id, kind, at, changes)
  local fields = {unpack(changes)}
  for _, part in ipairs({'kind', kind, 'at', at}) do table.insert(fields, part) end
  redis.call('XADD', events, '*', unpack(fields))
  redis.call('EXPIRE', events, ttl_s)
  redis.call('PUBLISH', channel, task_id)
end
