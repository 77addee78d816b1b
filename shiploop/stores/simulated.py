"""Simulated tasks: real in every store, on a queue that no runner reads, and removable."""

from typing import Any, cast

from redis import Redis

from shiploop.stores import keys
from shiploop.stores.scripts import load_script

QUEUE = "agent:queue:simulated"
LEDGER = "agent:simulated"


class Simulated:
    """Takes simulated tasks back."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._take_back = redis.register_script(load_script("take_back"))

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
