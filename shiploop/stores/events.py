"""A task's events: a stream written by the scripts that change the task, read by followers."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.exceptions import RedisError

from shiploop.domain.delivery.task import Status
from shiploop.domain.timestamps import from_iso
from shiploop.stores import keys

FIRST = "0-0"  # before every event
_RECONNECT_S = 0.5


class EventKind(StrEnum):
    """What happened."""

    QUEUED = "queued"
    RUNNING = "running"
    STAGE = "stage"
    NOTED = "noted"
    WAITING = "waiting"
    APPROVED = "approved"
    GOES_ON = "goes_on"
    CANCEL_REQUESTED = "cancel_requested"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class TaskEvent:
    """One change of a task: `changes` has the fields of the task that are new or different."""

    event_id: str
    kind: EventKind
    at: datetime
    changes: dict[str, str]


@dataclass(frozen=True, slots=True)
class EventsRead:
    """Events in their order. `ended`: the task is settled, parked or gone: none comes soon."""

    events: tuple[TaskEvent, ...]
    ended: bool


class Events:
    """Reads events."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def since(self, task_id: str, after: str = FIRST) -> EventsRead:
        """All events that came after the one with the id `after`."""
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.xrange(keys.events(task_id), min=f"({after}")
            pipe.hget(keys.task(task_id), "status")
            entries, status = cast(tuple[list[Any], str | None], tuple(pipe.execute()))
        ended = status is None or Status(status).settled or status == Status.WAITING
        return EventsRead(tuple(map(_event, entries)), ended)


class EventFeed:
    """Wakes those in this event loop who follow a task, over one connection for all of them."""

    def __init__(self, redis: AsyncRedis) -> None:
        self._redis = redis
        self._followers: dict[str, set[asyncio.Event]] = defaultdict(set)

    @contextmanager
    def following(self, task_id: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever something may have happened to the task."""
        changed = asyncio.Event()
        self._followers[task_id].add(changed)
        try:
            yield changed
        finally:
            self._followers[task_id].discard(changed)
            if not self._followers[task_id]:
                del self._followers[task_id]

    async def listen(self) -> None:
        """Wake followers until cancelled; outlives an absence of Redis."""
        while True:
            try:
                await self._listen_once()
            except RedisError:
                await asyncio.sleep(_RECONNECT_S)

    async def _listen_once(self) -> None:
        async with self._redis.pubsub() as pubsub:
            await pubsub.subscribe(keys.EVENTS_CHANNEL)
            async for message in pubsub.listen():
                # Subscribed, for the first time or again: what was published meanwhile
                # is in the streams.
                everybody = message["type"] == "subscribe"
                self._wake(tuple(self._followers) if everybody else (str(message["data"]),))

    def _wake(self, task_ids: tuple[str, ...]) -> None:
        for task_id in task_ids:
            for changed in self._followers.get(task_id, ()):
                changed.set()


def _event(entry: Any) -> TaskEvent:  # noqa: ANN401
    event_id, fields = entry
    changes = dict(fields)
    kind, at = EventKind(changes.pop("kind")), from_iso(changes.pop("at"))
    return TaskEvent(str(event_id), kind, at, changes)
