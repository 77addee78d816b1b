"""The way in: a request is stored with everything that belongs to it, or not at all."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from redis import Redis

from shiploop.domain.delivery.branches import TASK_PREFIX
from shiploop.domain.delivery.task import Status, TaskRequest
from shiploop.domain.delivery.task_record import RECORD_VERSION
from shiploop.domain.timestamps import iso_ms
from shiploop.stores import keys
from shiploop.stores.scripts import load_script

# A task expires a day after its last change, and none changes for as long as a day.
_INDEXED_FOR = timedelta(seconds=2 * keys.TASK_TTL_S)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The request has a task; `duplicate` when it had one already."""

    task_id: str
    duplicate: bool


@dataclass(frozen=True, slots=True)
class QueueFull:
    """Too many tasks wait: ask again later."""


class Intake:
    """Accepts requests. `branch_prefix` is what the branches of new tasks begin with."""

    def __init__(
        self, redis: Redis, queue: str = keys.QUEUE, branch_prefix: str = TASK_PREFIX
    ) -> None:
        self._queue = queue
        self._branch_prefix = branch_prefix
        self._accept = redis.register_script(load_script("accept"))

    def accept(
        self,
        task_id: str,
        request: TaskRequest,
        now: datetime,
        limit: int,
        prefect_run_id: str = "",
    ) -> Accepted | QueueFull:
        """Store a request durably, or name the task that it already has.

        `prefect_run_id` is the flow run that asks, when it was started in Prefect.
        """
        told, owner = cast(
            list[str],
            self._accept(
                keys=[
                    keys.dedupe(request.agent, request.dedupe_key),
                    keys.task(task_id),
                    self._queue,
                    keys.events(task_id),
                    keys.TASK_INDEX,
                ],
                args=[
                    task_id,
                    limit,
                    keys.DEDUPE_TTL_S,
                    Status.QUEUED,
                    request.title,
                    iso_ms(now),
                    keys.task(""),
                    request.agent,
                    json.dumps(request.fields, ensure_ascii=False),
                    request.dedupe_key,
                    RECORD_VERSION,
                    keys.TASK_TTL_S,
                    prefect_run_id,
                    microseconds(now),
                    microseconds(now - _INDEXED_FOR),
                    keys.EVENTS_CHANNEL,
                    self._branch_prefix,
                ],
            ),
        )
        return QueueFull() if told == "full" else Accepted(owner, told == "duplicate")

    def accept_if_room(
        self, task_id: str, request: TaskRequest, now: datetime, limit: int
    ) -> str | None:
        """The task of a request of our own, new or not; None when too many wait already."""
        accepted = self.accept(task_id, request, now, limit)
        return accepted.task_id if isinstance(accepted, Accepted) else None


def microseconds(at: datetime) -> int:
    """Microseconds since the epoch: exact as the score of a sorted set for 250 years."""
    return round(at.timestamp() * 1_000_000)
