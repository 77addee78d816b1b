-- set_freeze: freezes merges in a person's name, in the place of a rollback's freeze, or of an
-- older one of the same person.
--
-- KEYS: freeze
-- ARGV: reason, owner, now, rollback_prefix
--   rollback_prefix  begins every owner that is no person
-- Returns: 1, or 0 when another person's freeze stands, and stays

local freeze = unpack(KEYS)
local reason, owner, now, rollback_prefix = unpack(ARGV)

local held = redis.call('HGET', freeze, 'owner')
local is_persons = held and string.sub(held, 1, #rollback_prefix) ~= rollback_prefix
if is_persons and held ~= owner then return 0 end
redis.call('HSET', freeze, 'reason', reason, 'owner', owner)
if held ~= owner then redis.call('HSET', freeze, 'since', now) end
return 1
