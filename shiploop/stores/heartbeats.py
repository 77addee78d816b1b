"""Signs of life of the runners, in the format that the RFC's checker reads (4.2.2)."""

from datetime import datetime
from typing import cast

from redis import Redis

from shiploop.stores import keys

ALIVE_FOR_S = 15.0  # three missed beats of 5 s


class Heartbeats:
    """Writes and reads heartbeats."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def beat(self, worker_id: str, now: datetime, state: str, running: int) -> None:
        """Say that this runner lives. `state` is `ready` or `stopping`."""
        pipe = self._redis.pipeline(transaction=True)
        pipe.hset(
            keys.heartbeat(worker_id),
            mapping={"last_heartbeat": now.timestamp(), "state": state, "running": running},
        )
        pipe.expire(keys.heartbeat(worker_id), keys.HEARTBEAT_TTL_S)
        pipe.execute()

    def clear(self, worker_id: str) -> None:
        """Take the heartbeat of a runner away that stops on purpose."""
        self._redis.delete(keys.heartbeat(worker_id))

    def living(self, now: datetime) -> tuple[str, ...]:
        """The ids of the runners that were alive a moment ago."""
        ids = []
        for key in self._redis.scan_iter(match=keys.heartbeat("*"), count=100):
            last = cast(str | None, self._redis.hget(key, "last_heartbeat"))
            if last is not None and now.timestamp() - float(last) <= ALIVE_FOR_S:
                ids.append(str(key).removeprefix(keys.heartbeat("")))
        return tuple(ids)
