-- note_standing: counts what became of one answer for its kind: a good one, or one that did harm.
-- The policy is in domain/delivery/autonomy.py, which a test holds this to.
--
-- Function: note_standing(autonomy, kind, harm, at)
--   autonomy  a hash with the fields `good|kind`, `harms|kind`, `harm|kind` and `harmed_at|kind`
--   kind      the agent and its kind of answer
--   harm      what has happened; '' for a good one
--   at        when
-- Returns: nothing

local function note_standing(autonomy, kind, harm, at)
  if harm == '' then
    redis.call('HINCRBY', autonomy, 'good|' .. kind, 1)
    return
  end
  redis.call('HINCRBY', autonomy, 'harms|' .. kind, 1)
  redis.call('HSET', autonomy, 'good|' .. kind, 0, 'harm|' .. kind, harm, 'harmed_at|' .. kind, at)
end
