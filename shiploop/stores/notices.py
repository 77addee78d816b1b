"""What people shall be told: kept until it is said, and said once."""

from collections.abc import Sequence
from typing import cast

from redis import Redis

from shiploop.stores import keys
from shiploop.stores.scripts import load_script


class Notices:
    """Takes notices, for each channel; a runner says them."""

    def __init__(self, redis: Redis, queues: Sequence[str]) -> None:
        """`queues` are the streams of the channels."""
        self._redis = redis
        self._queues = queues
        self._post = redis.register_script(load_script("post_notice"))

    def post(self, notice_id: str, text: str) -> bool:
        """Have a text said on every channel; False when this notice was posted before.

        Whoever begins his work again posts it again, under the same id.
        """
        names = [keys.notice(notice_id), *self._queues]
        return bool(self._post(keys=names, args=[notice_id, text, keys.NOTICE_TTL_S]))

    def read(self, notice_id: str) -> str | None:
        """The text, which is kept for another week: it may have to be read again."""
        found = self._redis.getex(keys.notice(notice_id), ex=keys.NOTICE_TTL_S)
        return cast(str | None, found)
