-- add_item_once: appends an item to a queue unless one of this subject is on it already.
--
-- KEYS: queue, mark
--   mark  says that the subject is on the queue
-- ARGV: field, subject_id, ttl_s
--   field  the item's field that has the subject's id
-- Returns: 1, or 0 when nothing was added

local queue, mark = unpack(KEYS)
local field, subject_id, ttl_s = unpack(ARGV)

if not redis.call('SET', mark, '1', 'NX', 'EX', ttl_s) then return 0 end
redis.call('XADD', queue, '*', field, subject_id)
return 1
