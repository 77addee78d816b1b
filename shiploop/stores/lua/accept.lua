-- accept: stores a request with everything that belongs to it, or not at all: a 202 means
-- that it survives.
--
-- uses: write_event
-- KEYS: dedupe, task, queue, events, index
-- ARGV: task_id, limit, dedupe_ttl_s, status, title, now, task_prefix, agent, request, dedupe_key,
--       version, task_ttl_s, prefect_run_id, wanted_score, oldest_score, events_channel,
--       branch_prefix
--   limit           how long the queue may be
--   title           what is asked for, in a line: the RFC's `question`
--   request         JSON
--   version         of the record
--   prefect_run_id  '' when no flow run asks
--   wanted_score    the task's score on the index, unless others are that new already
--   oldest_score    what is below it leaves the index
-- Returns: {'accepted', task_id}, {'duplicate', the id of the task that there is}, {'full', ''}

local dedupe, task, queue, events, index = unpack(KEYS)
local task_id, limit, dedupe_ttl_s, status, title, now, task_prefix, agent, request, dedupe_key,
  version, task_ttl_s, prefect_run_id, wanted_score, oldest_score, events_channel,
  branch_prefix = unpack(ARGV)

if redis.call('EXISTS', task) == 1 then return {'duplicate', task_id} end
local first = redis.call('GET', dedupe)
if first and redis.call('EXISTS', task_prefix .. first) == 1 then return {'duplicate', first} end
if redis.call('XLEN', queue) >= tonumber(limit) then return {'full', ''} end

redis.call('SET', dedupe, task_id, 'EX', dedupe_ttl_s)
redis.call('HSET', task,
  'task_id', task_id, 'trace_id', task_id, 'status', status, 'question', title,
  'agent', agent, 'request', request, 'dedupe_key', dedupe_key, 'dedupe', dedupe,
  'version', version, 'branch_prefix', branch_prefix, 'created_at', now, 'updated_at', now)
if prefect_run_id ~= '' then redis.call('HSET', task, 'prefect_run_id', prefect_run_id) end
redis.call('EXPIRE', task, task_ttl_s)
redis.call('XADD', queue, '*', 'task_id', task_id)

local newest = redis.call('ZRANGE', index, 0, 0, 'REV', 'WITHSCORES')[2]
local score = math.max(tonumber(wanted_score), tonumber(newest or 0) + 1)
redis.call('ZADD', index, string.format('%.0f', score), task_id)
redis.call('ZREMRANGEBYSCORE', index, '-inf', '(' .. oldest_score)

local changes = {'status', status, 'question', title}
write_event(events, events_channel, task_ttl_s, task_id, 'queued', now, changes)
return {'accepted', task_id}
