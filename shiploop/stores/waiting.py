"""The tasks that are parked until a person has decided: no runner holds anything of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import cast

from redis import Redis

from shiploop.domain.delivery.task import Status, Task, Waiting
from shiploop.domain.delivery.task_record import TaskRecord, read_task_record
from shiploop.domain.timestamps import from_iso, iso_ms
from shiploop.stores import keys
from shiploop.stores.intake import microseconds
from shiploop.stores.scripts import load_script
from shiploop.stores.tasks import Lease

# One that was parked so often is looked at only when GitHub tells something new, and by the poll.
_LOOKED_AT_ONCE = 20
_LOOK_MS = 900  # of all runners one looks, a little less than each second


class Parking(StrEnum):
    """What became of an attempt to park a task."""

    PARKED = "parked"
    ALREADY = "already"
    LOST = "lost"


class Approval(StrEnum):
    """What became of a person's word that a task shall go on."""

    APPROVED = "approved"
    RUNNING = "running"
    SETTLED = "settled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Due:
    """Whom to look at: `hinted` have changed, `expired` have waited for too long."""

    hinted: frozenset[str]
    expired: frozenset[str]


class WaitingTasks:
    """Parks tasks, and lets them go on."""

    def __init__(self, redis: Redis, wait: timedelta) -> None:
        """`wait` is how long somebody may take to decide."""
        self._redis = redis
        self._wait = wait
        self._park = redis.register_script(load_script("park"))
        self._wake = redis.register_script(load_script("wake"))
        self._approve = redis.register_script(load_script("approve"))

    def park(self, task: Task, lease: Lease, waiting: Waiting, now: datetime) -> Parking:
        """Let a task wait, and take it off the queue; LOST when the lease is somebody else's."""
        task_id = task.task_id
        names = [
            keys.QUEUE,
            keys.task(task_id),
            keys.dedupe(task.agent, task.dedupe_key),
            keys.events(task_id),
            keys.WAITING,
            keys.WAITING_HINTS,
        ]
        noted = {
            "waiting_for": str(waiting.waiting_for),
            "pull_id": waiting.pull_id,
            "heads": " ".join(waiting.heads),
        }
        expires_at = self._expires_at(task_id, now)
        arguments: list[str | float] = [
            keys.QUEUE_GROUP,
            lease.consumer,
            lease.item_id,
            task_id,
            iso_ms(now),
            iso_ms(expires_at),
            expires_at.timestamp(),
            keys.TASK_TTL_S + max(0, round((expires_at - now).total_seconds())),
            int(task.waits < _LOOKED_AT_ONCE),
            keys.EVENTS_CHANNEL,
        ]
        arguments += [part for item in noted.items() for part in item]
        return Parking(cast(str, self._park(keys=names, args=arguments)))

    def wake(self, task_id: str, now: datetime) -> bool:
        """Put a task into the queue again; False when it does not wait (any more)."""
        names = [
            keys.QUEUE,
            keys.task(task_id),
            keys.events(task_id),
            keys.WAITING,
            keys.TASK_INDEX,
        ]
        arguments: list[str | int] = [
            task_id,
            iso_ms(now),
            keys.TASK_TTL_S,
            keys.EVENTS_CHANNEL,
            microseconds(now),
        ]
        return bool(self._wake(keys=names, args=arguments))

    def approve(self, task_id: str, by: str, now: datetime) -> Approval:
        """Note that a person wants a parked task to go on; it does within some seconds."""
        names = [keys.task(task_id), keys.events(task_id), keys.WAITING_HINTS]
        arguments = [task_id, by, iso_ms(now), keys.EVENTS_CHANNEL]
        return Approval(cast(str, self._approve(keys=names, args=arguments)))

    def is_turn(self) -> bool:
        """True for the one runner that is to look in this second."""
        return bool(self._redis.set(keys.WAITING_LOOK, "1", nx=True, px=_LOOK_MS))

    def is_time_to_poll(self, every_s: float) -> bool:
        """True for the one that is to look at all of them, as some webhook may have been lost."""
        return bool(self._redis.set(keys.WAITING_POLL, "1", nx=True, px=round(every_s * 1000)))

    def due(self, now: datetime, count: int) -> Due:
        """Take whom something is known to have changed of, and read who has expired."""
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.spop(keys.WAITING_HINTS, count)
            pipe.zrange(keys.WAITING, "-inf", now.timestamp(), byscore=True, offset=0, num=count)
            hinted, expired = pipe.execute()
        return Due(frozenset(hinted or ()), frozenset(expired))

    def hint(self, task_ids: Collection[str]) -> None:
        """Have these looked at (again)."""
        if task_ids:
            self._redis.sadd(keys.WAITING_HINTS, *task_ids)

    def all(self) -> list[str]:
        """The ids of all of them, those that expire first before the others."""
        return cast(list[str], self._redis.zrange(keys.WAITING, 0, -1))

    def count(self) -> int:
        """How many there are."""
        return self._redis.zcard(keys.WAITING)

    def read(self, task_ids: Sequence[str]) -> list[TaskRecord]:
        """The records of those that do wait."""
        with self._redis.pipeline(transaction=False) as pipe:
            for task_id in task_ids:
                pipe.hgetall(keys.task(task_id))
            stored = cast(list[dict[str, str]], pipe.execute())
        gone = [one for one, fields in zip(task_ids, stored, strict=True) if not fields]
        if gone:
            self._redis.zrem(keys.WAITING, *gone)
        records = (read_task_record(fields) for fields in stored if fields)
        return [record for record in records if record.status is Status.WAITING]

    def untold_since(self) -> float:
        """Until when people were told of all that wait, in seconds since the epoch."""
        return float(cast(str | None, self._redis.get(keys.WAITING_TOLD)) or 0)

    def note_told(self, until_s: float) -> None:
        """Note that people know of all that wait until then."""
        self._redis.set(keys.WAITING_TOLD, until_s)

    def _expires_at(self, task_id: str, now: datetime) -> datetime:
        stored = cast(str | None, self._redis.hget(keys.task(task_id), "expires_at"))
        return from_iso(stored) if stored else now + self._wait
