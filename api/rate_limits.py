"""How often one client may ask, by its key and by its address."""

import math
import time

from limits import RateLimitItem, parse
from limits.storage import RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from redis import Redis

from shiploop.stores import keys

_UNSIGNED = parse("60/minute")


class RateLimits:
    """Counts in Redis, so that all API processes count together. Raises RedisError."""

    def __init__(self, redis: Redis, per_key: str, per_address: str) -> None:
        """`per_key` and `per_address` are rates such as `600/minute`."""
        storage = RedisStorage(
            "redis://", connection_pool=redis.connection_pool, key_prefix=keys.RATE_LIMITS
        )
        self._limiter = SlidingWindowCounterRateLimiter(storage)
        self._per_key = parse(per_key)
        self._per_address = parse(per_address)

    def hit_unsigned(self, address: str) -> int | None:
        """Count a webhook that nobody has signed; seconds to wait when it is one too many."""
        return self._hit(_UNSIGNED, "unsigned", address)

    def hit(self, key_name: str | None, address: str) -> int | None:
        """Count one request; seconds to wait when it is one too many, None when it is not."""
        wait_s = self._hit(self._per_address, "address", address)
        if wait_s is None and key_name is not None:
            wait_s = self._hit(self._per_key, "key", key_name)
        return wait_s

    def _hit(self, rate: RateLimitItem, kind: str, client: str) -> int | None:
        if self._limiter.hit(rate, kind, client):
            return None
        free_at = self._limiter.get_window_stats(rate, kind, client).reset_time
        return max(1, math.ceil(free_at - time.time()))
