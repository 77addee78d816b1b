-- post_notice: keeps a text and queues it, once for each id.
-- Together: a notice that is known but not queued would never be said.
--
-- KEYS: notice, queue
-- ARGV: notice_id, text, ttl_s
-- Returns: 1, or 0 when this notice was posted before

local notice, queue = unpack(KEYS)
local notice_id, text, ttl_s = unpack(ARGV)

if not redis.call('SET', notice, text, 'NX', 'EX', ttl_s) then return 0 end
redis.call('XADD', queue, '*', 'notice_id', notice_id)
return 1
