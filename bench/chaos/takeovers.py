"""How soon the work of a dead runner is somebody else's."""

import time
from typing import Any, cast

from redis import Redis

from shiploop.stores import keys

_MOST_PENDING = 1000


class Takeovers:
    """Watches who holds the items of the queue; `look` wants to be called often."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._holders: dict[str, str] = {}
        self._orphans: dict[str, tuple[str, float]] = {}
        self.seconds: list[float] = []

    def look(self) -> None:
        """See who holds what now."""
        self._holders = self._held()
        now = time.monotonic()
        for item_id, (dead, died_at) in tuple(self._orphans.items()):
            if self._holders.get(item_id) != dead:
                self.seconds.append(now - died_at)
                del self._orphans[item_id]

    def died(self, pid: int) -> int:
        """Note the death of a runner just now; returns how many items it held."""
        self._holders = self._held()
        now, its_pid = time.monotonic(), f"-{pid}-"
        orphaned = {
            item_id: (consumer, now)
            for item_id, consumer in self._holders.items()
            if its_pid in consumer  # host, process id, and what tells it from others
        }
        self._orphans |= orphaned
        return len(orphaned)

    @property
    def waiting(self) -> int:
        """How many items still belong to the dead."""
        return len(self._orphans)

    def _held(self) -> dict[str, str]:
        pending = cast(
            list[dict[str, Any]],
            self._redis.xpending_range(
                keys.QUEUE, keys.QUEUE_GROUP, min="-", max="+", count=_MOST_PENDING
            ),
        )
        return {str(item["message_id"]): str(item["consumer"]) for item in pending}
