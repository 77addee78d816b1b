-- settle: writes the outcome of a task, counts it, and takes the task off the queue.
-- Fenced: only the consumer that holds the queue item may write an outcome, and only one
-- outcome is ever written. Counting happens here and nowhere else.
--
-- uses: write_event, is_time, is_held, record, note_standing
-- KEYS: queue, task, dedupe, events, autonomy, shipped, all_shipped
-- ARGV: group, consumer, item_id, task_id, outcome, task_ttl_s, measured, ledger, events_channel,
--       standing
--   outcome   JSON: the fields that the task gets
--   measured  JSON: what `record` takes; '' for a task that is gone
--   ledger    a list that gets what was counted, '' for none
--   standing  JSON: what the outcome says of its kind of answer; '' for nothing
-- Returns: 'settled'; 'already' when the task had an outcome; 'lost' when the queue item is
--          somebody else's by now, and then nothing was written

local queue, task, dedupe, events, autonomy, shipped, all_shipped = unpack(KEYS)
local group, consumer, item_id, task_id, outcome, task_ttl_s, measured, ledger,
  events_channel, standing = unpack(ARGV)

local function note_what_it_says(said, at)
  if said.counts and redis.call('HEXISTS', shipped, 'wrong') == 0 then
    note_standing(autonomy, said.kind, said.harm, at)
  end
  if not said.merged then return end
  redis.call('HSET', shipped, 'kind', said.kind, 'pull_id', said.pull_id)
  redis.call('EXPIRE', shipped, said.kept_s)
  redis.call('ZADD', all_shipped, said.settled_s, task_id)
  redis.call('ZREMRANGEBYRANK', all_shipped, 0, -1 - said.most)
end

if not is_held(queue, group, consumer, item_id) then return 'lost' end
local status = redis.call('HGET', task, 'status')
local open = status == 'queued' or status == 'running'
if open then
  local fields = cjson.decode(outcome)
  local changes = {}
  for name, value in pairs(fields) do
    redis.call('HSET', task, name, value)
    if not is_time(name) then
      table.insert(changes, name)
      table.insert(changes, value)
    end
  end
  redis.call('HDEL', task, 'stage', 'waiting_for')
  redis.call('EXPIRE', task, task_ttl_s)
  record(cjson.decode(measured), 1)
  if ledger ~= '' then redis.call('RPUSH', ledger, measured) end
  if fields['status'] ~= 'done' and redis.call('GET', dedupe) == task_id then
    redis.call('DEL', dedupe)
  end
  local at = fields['settled_at']
  if standing ~= '' then note_what_it_says(cjson.decode(standing), at) end
  write_event(events, events_channel, task_ttl_s, task_id, 'settled', at, changes)
end
redis.call('XACK', queue, group, item_id)
redis.call('XDEL', queue, item_id)
return open and 'settled' or 'already'
