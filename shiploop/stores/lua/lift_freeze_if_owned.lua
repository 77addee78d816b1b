-- lift_freeze_if_owned: lets merges go on if this owner froze them.
--
-- KEYS: freeze
-- ARGV: owner
-- Returns: 1, or 0 when it did not, or does no more

local freeze = unpack(KEYS)
local owner = unpack(ARGV)

if redis.call('HGET', freeze, 'owner') ~= owner then return 0 end
return redis.call('DEL', freeze)
