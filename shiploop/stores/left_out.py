"""What was found out about the repository, and what of it no answer is taken from.

As the runners last saw it.
"""

import json
from collections.abc import Sequence
from typing import Any, cast

from redis import Redis

from shiploop.domain.limits import MAX_LEFT_OUT_NAMED, LeftOut
from shiploop.stores import keys


class LeftOutStore:
    """Keeps both for as long as runners repeat them."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def replace(self, left_out: Sequence[LeftOut], found: Sequence[str] = ()) -> None:
        """Keep what is left out now: how many, and the first of them by name; and what is found."""
        named = [[each.path, each.reason] for each in left_out[:MAX_LEFT_OUT_NAMED]]
        kept = json.dumps({"count": len(left_out), "named": named, "found": [*found]})
        self._redis.set(keys.LEFT_OUT, kept, ex=keys.HEARTBEAT_TTL_S)

    def read(self) -> tuple[int, tuple[LeftOut, ...]]:
        """How many there are, and the first of them."""
        told = self._told()
        return told["count"], tuple(LeftOut(path, reason) for path, reason in told["named"])

    def found(self) -> tuple[str, ...]:
        """What agents have found out, in sentences."""
        return tuple(self._told().get("found", ()))  # a runner of the version before tells none

    def _told(self) -> dict[str, Any]:
        kept = cast(str | None, self._redis.get(keys.LEFT_OUT))
        return {"count": 0, "named": []} if kept is None else json.loads(kept)
