-- claim_rollback: begins a rollback and freezes merges.
-- All or nothing, for all the merges at once; and from this moment on nothing else is merged.
-- Somebody's own freeze stays as it is, with its reason and its owner.
--
-- KEYS: active, freeze, rollback...
--   active    the lead sha of the rollback that is under way
--   rollback  one for each merge, the lead's first
-- ARGV: lead_sha, case, now, ttl_s, freeze_reason, freeze_owner
-- Returns: '' when it is ours to do; otherwise the lead sha of the rollback that is under way,
--          or that has had one of these merges before

local active, freeze = unpack(KEYS, 1, 2)
local lead_sha, case, now, ttl_s, freeze_reason, freeze_owner = unpack(ARGV)

local running = redis.call('GET', active)
if running then return running end
for i = 3, #KEYS do
  local taken = redis.call('HGET', KEYS[i], 'lead_sha')
  if taken then return taken end
end
for i = 3, #KEYS do
  redis.call('HSET', KEYS[i], 'lead_sha', lead_sha)
  redis.call('EXPIRE', KEYS[i], ttl_s)
end
redis.call('HSET', KEYS[3], 'case', case, 'status', 'requested', 'requested_at', now)
redis.call('SET', active, lead_sha)
if redis.call('EXISTS', freeze) == 0 then
  redis.call('HSET', freeze, 'reason', freeze_reason, 'owner', freeze_owner, 'since', now)
end
return ''
