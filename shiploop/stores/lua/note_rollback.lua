-- note_rollback: writes how far a rollback has come.
-- A step that is reached again keeps the time at which it was first reached; what has ended
-- goes on no more, whatever a late writer or a resumed run believes.
--
-- KEYS: rollback, active
-- ARGV: lead_sha, status, ended, now, (name, value)...
--   ended  '1' when this status is an end, else '0'
-- Returns: 1, or 0 when the rollback has ended

local rollback, active = unpack(KEYS)
local lead_sha, status, ended, now = unpack(ARGV, 1, 4)

local is_over = redis.call('HGET', rollback, 'is_over')
if is_over and ended == '0' then return 0 end
redis.call('HSET', rollback, 'status', status)
if ended == '1' then redis.call('HSET', rollback, 'is_over', '1') end
redis.call('HSETNX', rollback, status .. '_at', now)
for i = 5, #ARGV, 2 do redis.call('HSET', rollback, ARGV[i], ARGV[i + 1]) end
if ended == '1' and redis.call('GET', active) == lead_sha then redis.call('DEL', active) end
return 1
