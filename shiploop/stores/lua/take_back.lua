-- take_back: removes the oldest simulated task, with what it added to the numbers.
--
-- uses: record
-- KEYS: ledger, index
--   ledger  what `settle` has counted
-- ARGV: task_prefix, events_prefix
-- Returns: 1, or 0 when there is none left

local ledger, index = unpack(KEYS)
local task_prefix, events_prefix = unpack(ARGV)

local measured = redis.call('LPOP', ledger)
if not measured then return 0 end
measured = cjson.decode(measured)
record(measured, -1)

local task = task_prefix .. measured.task_id
local dedupe = redis.call('HGET', task, 'dedupe')
if dedupe and redis.call('GET', dedupe) == measured.task_id then redis.call('DEL', dedupe) end
redis.call('DEL', task, events_prefix .. measured.task_id)
redis.call('ZREM', index, measured.task_id)
return 1
