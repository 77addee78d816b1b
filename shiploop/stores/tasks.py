"""The task hash: what is known of one task while it is worked on (`outcomes` ends it)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import cast

from redis import Redis

from shiploop.domain.delivery.task import Stage, Status, Task
from shiploop.domain.delivery.task_record import TaskRecord, read_task_record
from shiploop.domain.timestamps import iso_ms
from shiploop.stores import keys
from shiploop.stores.events import EventKind
from shiploop.stores.scripts import load_script


class Cancellation(StrEnum):
    """What became of a request to cancel a task."""

    REQUESTED = "requested"
    SETTLED = "settled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to settle a task: the queue item and the consumer that holds it."""

    consumer: str
    item_id: str


class Tasks:
    """Reads and writes tasks."""

    def __init__(self, redis: Redis, deadline_s: int, queue: str = keys.QUEUE) -> None:
        self._redis = redis
        self._deadline = timedelta(seconds=deadline_s)
        self._queue = queue
        self._hold = redis.register_script(load_script("hold"))
        self._update = redis.register_script(load_script("update"))
        self._note_rollback = redis.register_script(load_script("note_task_rollback"))
        self._request_cancellation = redis.register_script(load_script("request_cancellation"))

    def read(self, task_id: str) -> TaskRecord | None:
        """All that is kept of a task, None when there is no such task (any more)."""
        fields = cast(dict[str, str], self._redis.hgetall(keys.task(task_id)))
        return read_task_record(fields) if fields else None

    def load(self, task_id: str) -> Task | None:
        """The task as the flow needs it."""
        record = self.read(task_id)
        if record is None:
            return None
        return Task(
            task_id=record.task_id,
            agent=record.agent,
            request=record.request,
            dedupe_key=record.dedupe_key,
            title=record.title,
            accepted_at=record.created_at,
            deadline_at=record.deadline_from + self._deadline,
            merge=record.merge,
            waits=len(record.waits),
            branch_prefix=record.branch_prefix,
        )

    def hold(self, task_id: str, lease: Lease) -> bool:
        """Note who works on a task; False when the lease is somebody else's by now."""
        arguments = [keys.QUEUE_GROUP, lease.consumer, lease.item_id]
        return bool(self._hold(keys=[self._queue, keys.task(task_id)], args=arguments))

    def taken_over(self, task_id: str, runner_id: str) -> bool:
        """True when another runner has begun to work on the task since this one did."""
        return self._redis.hget(keys.task(task_id), "worker_id") not in (runner_id, None)

    def start(self, task_id: str, now: datetime, **links: str) -> bool:
        """Mark a task as running; False when it has ended already."""
        return self._write(
            task_id, EventKind.RUNNING, now, {"status": str(Status.RUNNING), **links}
        )

    def enter_stage(self, task_id: str, stage: Stage, now: datetime) -> None:
        """Note that a stage begins; it may have been entered before."""
        self._write(task_id, EventKind.STAGE, now, {"stage": str(stage)})

    def note(self, task_id: str, now: datetime, **fields: str) -> None:
        """Note something learnt on the way, such as the pull request's URL."""
        self._write(task_id, EventKind.NOTED, now, fields)

    def note_merge(self, task_id: str, merge_sha: str) -> None:
        """Note whose merge that is: a merge queue words its commits as it likes."""
        self._redis.set(keys.merged(merge_sha), task_id, ex=keys.TASK_TTL_S)

    def of_merge(self, merge_sha: str) -> str | None:
        """The task whose merge that is, None where it is of none, or of none that is kept."""
        return cast("str | None", self._redis.get(keys.merged(merge_sha)))

    def note_rollback(self, task_id: str, now: datetime, **fields: str) -> None:
        """Note how far the rollback of a task's merge is; its outcome stays what it is."""
        flat = [part for item in fields.items() for part in item]
        self._note_rollback(keys=[keys.task(task_id)], args=[iso_ms(now), keys.TASK_TTL_S, *flat])

    def request_cancellation(self, task_id: str, now: datetime) -> Cancellation:
        """Ask whoever runs the task to cancel it; a settled task stays as it is."""
        names = [keys.task(task_id), keys.events(task_id), keys.WAITING_HINTS]
        arguments: list[str | int] = [iso_ms(now), keys.TASK_TTL_S, keys.EVENTS_CHANNEL]
        told = self._request_cancellation(keys=names, args=arguments)
        return Cancellation(cast(str, told))

    def cancellation_requested(self, task_id: str) -> bool:
        """Whether somebody has asked to cancel the task."""
        return bool(self._redis.hexists(keys.task(task_id), "cancel_requested_at"))

    def _write(self, task_id: str, kind: EventKind, now: datetime, fields: dict[str, str]) -> bool:
        flat = [part for item in fields.items() for part in item]
        names = [keys.task(task_id), keys.events(task_id)]
        arguments: list[str | int] = [
            keys.TASK_TTL_S,
            keys.DEDUPE_PREFIX_OF_VERSION_1,
            keys.DEDUPE_TTL_S,
            kind,
            iso_ms(now),
            keys.EVENTS_CHANNEL,
        ]
        return bool(self._update(keys=names, args=[*arguments, *flat]))
