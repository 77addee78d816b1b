-- post_notice: keeps a text and queues it for each channel, once for each id.
-- Together: a notice that is known but not queued would never be said.
--
-- KEYS: notice, queue...
--   queue  one for each channel
-- ARGV: notice_id, text, ttl_s
-- Returns: 1, or 0 when this notice was posted before

local notice = unpack(KEYS, 1, 1)
local notice_id, text, ttl_s = unpack(ARGV)

if not redis.call('SET', notice, text, 'NX', 'EX', ttl_s) then return 0 end
for number = 2, #KEYS do redis.call('XADD', KEYS[number], '*', 'notice_id', notice_id) end
return 1
