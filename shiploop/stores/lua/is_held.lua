-- is_held: tells whether a consumer holds a queue item: then its runner is the one that works
-- on it, and nobody else.
--
-- Function: is_held(queue, group, consumer, item_id)
-- Returns: true or false

local function is_held(queue, group, consumer, item_id)
  local pending = redis.call('XPENDING', queue, group, item_id, item_id, 1)[1]
  return pending ~= nil and pending[2] == consumer
end
