"""The task hash: what is known of one task, and the one way to end it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import cast

from redis import Redis

from shiploop.domain.delivery.change import Source
from shiploop.domain.delivery.task import Merge, Outcome, Stage, Status, Task, tte_ms
from shiploop.domain.delivery.task_record import TaskRecord, read_task_record
from shiploop.domain.objectives.measurement import measure
from shiploop.domain.objectives.slo import Slo
from shiploop.domain.timestamps import iso_ms
from shiploop.stores import keys
from shiploop.stores.events import EventKind
from shiploop.stores.recording import recording
from shiploop.stores.scripts import load_script


class Settlement(StrEnum):
    """What became of an attempt to settle a task."""

    SETTLED = "settled"
    ALREADY = "already"
    LOST = "lost"


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

    def __init__(
        self,
        redis: Redis,
        deadline_s: int,
        slos: Sequence[Slo] = (),
        retention_s: int = 24 * 3600,
        queue: str = keys.QUEUE,
        ledger: str = "",
    ) -> None:
        """`ledger` names a list of what was counted, for those who take it back some day."""
        self._redis = redis
        self._deadline = timedelta(seconds=deadline_s)
        self._slos = tuple(slos)
        self._retention_s = retention_s
        self._queue = queue
        self._ledger = ledger
        self._settle = redis.register_script(load_script("settle"))
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
            deadline_at=record.created_at + self._deadline,
            merge=record.merge,
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

    def note_rollback(self, task_id: str, now: datetime, **fields: str) -> None:
        """Note how far the rollback of a task's merge is; its outcome stays what it is."""
        flat = [part for item in fields.items() for part in item]
        self._note_rollback(keys=[keys.task(task_id)], args=[iso_ms(now), keys.TASK_TTL_S, *flat])

    def request_cancellation(self, task_id: str, now: datetime) -> Cancellation:
        """Ask whoever runs the task to cancel it; a settled task stays as it is."""
        names = [keys.task(task_id), keys.events(task_id)]
        arguments: list[str | int] = [iso_ms(now), keys.TASK_TTL_S, keys.EVENTS_CHANNEL]
        told = self._request_cancellation(keys=names, args=arguments)
        return Cancellation(cast(str, told))

    def cancellation_requested(self, task_id: str) -> bool:
        """Whether somebody has asked to cancel the task."""
        return bool(self._redis.hexists(keys.task(task_id), "cancel_requested_at"))

    def settle(self, task: Task, lease: Lease, outcome: Outcome, now: datetime) -> Settlement:
        """Write the outcome, count it, and take the task off the queue, all or nothing.

        ALREADY when the task had an outcome; LOST when the lease belongs to somebody
        else, and then nothing was written.
        """
        record = self.read(task.task_id)  # its stages: only the holder of the lease writes them
        measured = ""  # of what is gone nothing is counted
        if record is not None:
            measured = recording(measure(record, outcome, self._slos, now), self._retention_s)
        names = [
            self._queue,
            keys.task(task.task_id),
            keys.dedupe(task.agent, task.dedupe_key),
            keys.events(task.task_id),
        ]
        arguments: list[str | int] = [
            keys.QUEUE_GROUP,
            lease.consumer,
            lease.item_id,
            task.task_id,
            json.dumps(_outcome_fields(task, outcome, now)),
            keys.TASK_TTL_S,
            measured,
            self._ledger,
            keys.EVENTS_CHANNEL,
        ]
        return Settlement(cast(str, self._settle(keys=names, args=arguments)))

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


def _outcome_fields(task: Task, outcome: Outcome, now: datetime) -> dict[str, str]:
    fields = {"status": str(outcome.status), "updated_at": iso_ms(now), "settled_at": iso_ms(now)}
    if outcome.failure_kind is not None:
        fields |= {"failure_kind": str(outcome.failure_kind), "error": outcome.reason}
    elif outcome.status is Status.DECLINED:
        fields |= {"reason": outcome.reason, "closest": _as_json(outcome.closest)}
    if outcome.merge is not None:
        fields |= _merge_fields(task, outcome.merge)
    if outcome.entry_url is not None:
        fields["entry_url"] = outcome.entry_url
    return fields


def _as_json(sections: Sequence[Source]) -> str:
    return json.dumps([asdict(section) for section in sections], ensure_ascii=False)


def _merge_fields(task: Task, merge: Merge) -> dict[str, str]:
    return {
        "state": "merged",
        "merge_sha": merge.sha,
        "merged_at": iso_ms(merge.merged_at),
        "tte_ms": str(tte_ms(task.accepted_at, merge.merged_at)),
    }
