-- refresh_items: shows that the holder of queue items lives.
-- A plain XCLAIM would take an item back from the runner that has taken it over.
--
-- uses: is_held
-- KEYS: queue
-- ARGV: group, consumer, item_id...
-- Returns: the ids of the items that are no longer this consumer's

local queue = unpack(KEYS)
local group, consumer = unpack(ARGV, 1, 2)

local lost = {}
for i = 3, #ARGV do
  if is_held(queue, group, consumer, ARGV[i]) then
    redis.call('XCLAIM', queue, group, consumer, 0, ARGV[i], 'JUSTID')
  else
    table.insert(lost, ARGV[i])
  end
end
return lost
