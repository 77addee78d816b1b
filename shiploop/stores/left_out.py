"""What of the repository no answer is taken from, as the runners last saw it."""

import json
from collections.abc import Sequence
from typing import cast

from redis import Redis

from shiploop.domain.limits import MAX_LEFT_OUT_NAMED, LeftOut
from shiploop.stores import keys


class LeftOutStore:
    """Keeps the list for as long as runners repeat it."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def replace(self, left_out: Sequence[LeftOut]) -> None:
        """Keep what is left out now: how many, and the first of them by name."""
        named = [[each.path, each.reason] for each in left_out[:MAX_LEFT_OUT_NAMED]]
        kept = json.dumps({"count": len(left_out), "named": named})
        self._redis.set(keys.LEFT_OUT, kept, ex=keys.HEARTBEAT_TTL_S)

    def read(self) -> tuple[int, tuple[LeftOut, ...]]:
        """How many there are, and the first of them."""
        kept = cast(str | None, self._redis.get(keys.LEFT_OUT))
        if kept is None:
            return 0, ()
        told = json.loads(kept)
        return told["count"], tuple(LeftOut(path, reason) for path, reason in told["named"])
