"""Simulated tasks: real in every store, on a queue that no runner reads, and removable."""

from typing import Any, cast

from redis import Redis

from shiploop.stores import keys
from shiploop.stores.recording import RECORD

QUEUE = "agent:queue:simulated"
LEDGER = "agent:simulated"

_TAKE_BACK = (
    RECORD
    + """
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
"""
)


class Simulated:
    """Takes simulated tasks back."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._take_back = redis.register_script(_TAKE_BACK)

    def count(self) -> int:
        """How many there are."""
        return cast(int, cast(Any, self._redis.llen(LEDGER)))

    def remove_all(self) -> int:
        """Take all of them back, with what they added to the numbers; returns how many."""
        names = [LEDGER, keys.TASK_INDEX]
        prefixes = [keys.task(""), keys.events("")]
        removed = 0
        while self._take_back(keys=names, args=prefixes):
            removed += 1
        self._redis.delete(QUEUE)
        return removed
