"""The merge freeze: while it stands, nothing is merged."""

from typing import cast

from redis import Redis

from shiploop.stores import keys


class Freeze:
    """Reads and sets the freeze."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def reason(self) -> str | None:
        """Why merges are frozen, None when they are not."""
        return cast(str | None, self._redis.hget(keys.FREEZE, "reason"))

    def set(self, reason: str, owner: str) -> None:
        """Freeze merges until `lift`."""
        self._redis.hset(keys.FREEZE, mapping={"reason": reason, "owner": owner})

    def lift(self) -> None:
        """Let merges go on."""
        self._redis.delete(keys.FREEZE)
