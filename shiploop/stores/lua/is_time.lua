-- is_time: tells whether a field of a task is a time, which by itself is no event.
--
-- Function: is_time(name)
-- Returns: true or false

local function is_time(name) return string.sub(name, -3) == '_at' end
