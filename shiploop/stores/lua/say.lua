-- say: notes what somebody says of what was shipped for a task; each word counts once a task.
-- What was said to be wrong stays so.
--
-- uses: note_standing
-- KEYS: autonomy, shipped, task
--   task  knows as well what was merged for it, until it expires
-- ARGV: harm, at, note, kept_s
--   harm  what has happened; '' where it is said to be right
--   note  what was said
-- Returns: 'counted'; 'known' when the same was said before; 'unknown' when nothing is known to
--          have been shipped for it

local autonomy, shipped, task = unpack(KEYS)
local harm, at, note, kept_s = unpack(ARGV)

local kind = redis.call('HGET', shipped, 'kind')
if not kind and redis.call('HEXISTS', task, 'merge_sha') == 1 then
  local agent, of_agent = unpack(redis.call('HMGET', task, 'agent', 'answer_kind'))
  kind = (agent or 'faq') .. '|' .. (of_agent or 'any')
  redis.call('HSET', shipped, 'kind', kind)
end
if not kind then return 'unknown' end
redis.call('EXPIRE', shipped, kept_s)
local field = harm == '' and 'right' or 'wrong'
if redis.call('HEXISTS', shipped, 'wrong') == 1 then return 'known' end
if redis.call('HSETNX', shipped, field, harm) == 0 then return 'known' end
if note ~= '' then redis.call('HSET', shipped, 'note', note) end
note_standing(autonomy, kind, harm, at)
return 'counted'
