-- update: writes fields of a task that is not settled.
-- A task that has ended keeps its outcome, whatever a late writer believes. What a task has
-- said already (a resumed run enters its stage again) is no event.
--
-- uses: write_event, is_time
-- KEYS: task, events
-- ARGV: task_ttl_s, dedupe_prefix, dedupe_ttl_s, kind, at, events_channel, (name, value)...
--   dedupe_prefix  of records of version 1, which do not name their dedupe key in full
--   kind           the event's
--   at             when it happened; the time of each stage that is entered
-- Returns: 1, or 0 when the task is settled or gone

local task, events = unpack(KEYS)
local task_ttl_s, dedupe_prefix, dedupe_ttl_s, kind, at, events_channel = unpack(ARGV, 1, 6)

local status = redis.call('HGET', task, 'status')
if status ~= 'queued' and status ~= 'running' then return 0 end
local changes = {}
for i = 7, #ARGV, 2 do
  local name, value = ARGV[i], ARGV[i + 1]
  if not is_time(name) and redis.call('HGET', task, name) ~= value then
    table.insert(changes, name)
    table.insert(changes, value)
  end
  redis.call('HSET', task, name, value)
  if name == 'stage' then
    local before = redis.call('HGET', task, 'stages_entered')
    local entered = (before and before .. ' ' or '') .. value .. '@' .. at
    redis.call('HSET', task, 'stages_entered', entered)
  end
end
redis.call('HSET', task, 'updated_at', at)
redis.call('EXPIRE', task, task_ttl_s)

local task_id = redis.call('HGET', task, 'task_id')
local dedupe = redis.call('HGET', task, 'dedupe')
  or dedupe_prefix .. redis.call('HGET', task, 'question_hash')
if redis.call('GET', dedupe) == task_id then redis.call('EXPIRE', dedupe, dedupe_ttl_s) end
if #changes > 0 then
  write_event(events, events_channel, task_ttl_s, task_id, kind, at, changes)
end
return 1
