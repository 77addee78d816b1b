"""A Redis stream read by a consumer group: the queue, the lease on each item, and the recovery."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from redis import Redis
from redis.exceptions import ResponseError

from shiploop.stores import keys
from shiploop.stores.scripts import load_script


@dataclass(frozen=True, slots=True)
class QueueItem:
    """An entry of a stream that a consumer holds.

    `subject_id` is what it is about: on the queue of tasks a task's id, on that of flows a
    flow run's, on that of notices a notice's.
    """

    item_id: str
    subject_id: str


class Queue:
    """One stream. Each item carries one id, in `field`, and is handed to one runner at a time."""

    def __init__(self, redis: Redis, blocking: Redis, stream: str, field: str) -> None:
        self._redis = redis
        self._blocking = blocking
        self.stream = stream
        self._field = field
        self._refresh = redis.register_script(load_script("refresh_items"))
        self._add_once = redis.register_script(load_script("add_item_once"))

    def create_group(self) -> None:
        """Create the consumer group; once is enough, again is harmless."""
        try:
            self._redis.xgroup_create(self.stream, keys.QUEUE_GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    def add(self, subject_id: str) -> None:
        """Append an item."""
        self._redis.xadd(self.stream, {self._field: subject_id})

    def add_once(self, subject_id: str) -> bool:
        """Append an item unless one of this subject is on the queue already."""
        names = [self.stream, keys.queued(subject_id)]
        return bool(self._add_once(keys=names, args=[self._field, subject_id, keys.QUEUED_TTL_S]))

    def take(self, consumer: str, count: int, block_ms: int) -> list[QueueItem]:
        """New items for this consumer, waiting up to `block_ms` for the first."""
        try:
            answer = self._blocking.xreadgroup(
                keys.QUEUE_GROUP, consumer, {self.stream: ">"}, count=count, block=block_ms
            )
        except ResponseError as error:
            if "NOGROUP" not in str(error):
                raise
            self.create_group()  # Redis has lost its data: what comes now is worked on
            return []
        streams = cast(dict[str, list[Any]], answer or {})
        return [self._item(message) for messages in streams.values() for message in messages]

    def take_over(self, consumer: str, idle_ms: int) -> tuple[QueueItem, int] | None:
        """One item not refreshed for `idle_ms`, now this consumer's, with its deliveries."""
        cursor = "0-0"
        while True:
            # One call looks at ten pending items at most, however many there are.
            cursor, messages, _deleted = self._redis.xautoclaim(
                self.stream, keys.QUEUE_GROUP, consumer, idle_ms, start_id=cursor, count=1
            )
            for message in messages:
                item = self._item(message)
                return item, self._deliveries(item)
            if cursor == "0-0":
                return None

    def refresh(self, consumer: str, item_ids: Sequence[str]) -> list[str]:
        """Show that the holder lives; returns the ids of the items that are no longer its own."""
        if not item_ids:
            return []
        arguments = [keys.QUEUE_GROUP, consumer, *item_ids]
        return cast(list[str], self._refresh(keys=[self.stream], args=arguments))

    def drop(self, item: QueueItem) -> None:
        """Take an item off the stream."""
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.xack(self.stream, keys.QUEUE_GROUP, item.item_id)
            pipe.xdel(self.stream, item.item_id)
            pipe.delete(keys.queued(item.subject_id))
            pipe.execute()

    def backlog(self) -> int:
        """How many items are waiting or being worked on."""
        return self._redis.xlen(self.stream)

    def oldest_at(self) -> datetime | None:
        """When the oldest of them was added, None when there is none."""
        first = cast(list[Any], self._redis.xrange(self.stream, count=1))
        if not first:
            return None
        item_id, _fields = first[0]
        added_ms, _, _ = str(item_id).partition("-")  # by the server's clock
        return datetime.fromtimestamp(int(added_ms) / 1000, UTC)

    def _deliveries(self, item: QueueItem) -> int:
        pending = cast(
            list[dict[str, Any]],
            self._redis.xpending_range(
                self.stream, keys.QUEUE_GROUP, min=item.item_id, max=item.item_id, count=1
            ),
        )
        return int(pending[0]["times_delivered"]) if pending else 0

    def _item(self, message: tuple[str, dict[str, str]]) -> QueueItem:
        item_id, fields = message
        return QueueItem(item_id, fields[self._field])
