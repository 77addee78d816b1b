"""How long a task was in each stage, by the moments at which it entered one."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from typing import Final

from shiploop.domain.delivery.task import Stage
from shiploop.domain.delivery.task_record import TaskRecord

QUEUED = "queued"  # comes before the stages, and is waited for like them

# The RFC's targets (5.1), by the stages that they became here; it has none for the deploy.
TARGETS_MS: Final[Mapping[str, int]] = {
    QUEUED: 500 + 1_000,  # to enter the queue, and to be pulled from it
    Stage.DRAFTING: 8_000,
    Stage.OPENING: 3_000 + 4_000,  # Git, and the pull request
    Stage.CHECKING: 5_000 + 25_000,  # CI is triggered, and runs
    Stage.MERGING: 2_000,
}


def stages_ms(task: TaskRecord) -> dict[str, int]:
    """Milliseconds in each stage that has ended, `queued` first.

    After a conflict a task is opened, checked and merged again: each stage has the sum. For as
    long as a task was parked it was in none.
    """
    entered = ((str(stage), at) for stage, at in task.stages_entered)
    points = [(QUEUED, task.created_at), *entered]
    # What comes after the last stage is bookkeeping, and no part of it.
    if end := task.ended_at or task.settled_at:
        points.append(("ended", end))
    took: Counter[str] = Counter()
    for (name, at), (_, after) in pairwise(points):
        took[name] += _ms(after - at - _parked(task, at, after))
    return dict(took)


def waited_ms(task: TaskRecord, now: datetime) -> int:
    """Milliseconds for which a task was parked so far."""
    return _ms(_parked(task, task.created_at, now))


def _parked(task: TaskRecord, since: datetime, until: datetime) -> timedelta:
    spans = ((max(begin, since), min(end or until, until)) for begin, end in task.waits)
    return sum((max(end - begin, timedelta()) for begin, end in spans), timedelta())


def _ms(span: timedelta) -> int:
    return round(span.total_seconds() * 1000)


def has_entered(task: TaskRecord, stage: Stage) -> bool:
    """Whether a task ever came as far as a stage."""
    return any(entered is stage for entered, _ in task.stages_entered)


def begins_ms(durations_ms: Mapping[str, int]) -> dict[str, int]:
    """When each stage begins if one comes after the other, in ms since the request."""
    return dict(zip(durations_ms, accumulate(durations_ms.values(), initial=0), strict=False))


def over_target_ms(stage: str, took_ms: int) -> int | None:
    """By how much a stage took longer than its target; None where it has none."""
    target_ms = TARGETS_MS.get(stage)
    return None if target_ms is None else max(0, took_ms - target_ms)
