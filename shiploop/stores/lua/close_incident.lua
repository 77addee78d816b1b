-- close_incident: ends an incident and tells what was known of it.
--
-- KEYS: incident
-- ARGV: none
-- Returns: its fields, flat: name, value, ...; nothing when none was open

local incident = unpack(KEYS)

local fields = redis.call('HGETALL', incident)
redis.call('DEL', incident)
return fields
