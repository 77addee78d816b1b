"""What one settled task adds to the numbers: worked out once, here, and written with its outcome.

Pure, so that it can be taken back exactly as it was added (simulated tasks are).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, assert_never

from shiploop.domain.delivery.stages import has_entered, stages_ms, waited_ms
from shiploop.domain.delivery.task import FailureKind, Outcome, Stage, Status, tte_ms
from shiploop.domain.delivery.task_record import TaskRecord
from shiploop.domain.objectives.slo import Indicator, Slo
from shiploop.domain.timestamps import from_iso, iso_ms

# Upper bounds in seconds of the TTE histogram that is scraped; the objectives are among them.
TTE_BUCKETS_S: Final = (1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600)

_CI_KINDS = (FailureKind.CI_FAILED, FailureKind.CI_TIMEOUT)
# Checks can go red again after a conflict; and what somebody cancels was not refused.
_NOT_THE_MERGE = (*_CI_KINDS, FailureKind.CANCELLED)


@dataclass(frozen=True, slots=True)
class Measurement:
    """`at` says on which day and in which minute it counts.

    counts: counters that go up by one. durations_ms: distributions and the value that each
    gets, under the task's id. good: objectives by name, and whether this event is a good one.
    """

    task_id: str
    at: datetime
    counts: tuple[str, ...]
    durations_ms: Mapping[str, int]
    good: Mapping[str, bool]


def measure(task: TaskRecord, outcome: Outcome, slos: Iterable[Slo], now: datetime) -> Measurement:
    """Measure a task that settles now."""
    # How long a person took to decide is a number of its own.
    merge = outcome.merge if not task.waits else None
    tte = tte_ms(task.created_at, merge.merged_at) if merge else None
    # To the millisecond, as it is stored: what is counted is what the task says of itself.
    settled = replace(task, settled_at=from_iso(iso_ms(now)))
    durations = {f"stage:{stage}": took_ms for stage, took_ms in stages_ms(settled).items()}
    if tte is not None:
        durations |= {"tte": tte, f"tte:{task.agent}": tte}
    if task.waits:
        durations["waited"] = waited_ms(settled, now)
    good = {
        slo.name: verdict
        for slo in slos
        if (verdict := _is_good(slo, task, outcome, tte)) is not None
    }
    counts = tuple(_counts(task, outcome, tte))
    return Measurement(task.task_id, now, counts, durations, good)


def _counts(task: TaskRecord, outcome: Outcome, tte: int | None) -> Iterator[str]:
    yield f"status:{outcome.status}"
    yield f"agent:{task.agent}:{outcome.status}"
    if outcome.failure_kind is not None:
        yield f"failure:{outcome.failure_kind}"
    if task.generator is not None:
        yield f"generator:{task.generator}"
    if tte is not None:
        yield f"tte-bucket:{_bucket(tte)}"
    if task.waits:
        yield "waited"


def _bucket(tte: int) -> str:
    return next((str(bound) for bound in TTE_BUCKETS_S if tte <= bound * 1000), "+Inf")


def _is_good(slo: Slo, task: TaskRecord, outcome: Outcome, tte: int | None) -> bool | None:
    """Whether the task is a good event of this objective; None when it is no event of it."""
    match slo.indicator:
        case Indicator.TTE:
            return None if tte is None or slo.limit_ms is None else tte <= slo.limit_ms
        case Indicator.SUCCESS:
            declined = outcome.status is Status.DECLINED  # neither (RFC 5.3.2)
            return None if declined else outcome.status is Status.DONE
        case Indicator.CI:
            return False if outcome.failure_kind in _CI_KINDS else _saw_green(task) or None
        case Indicator.MERGE:
            if not _saw_green(task) or outcome.failure_kind in _NOT_THE_MERGE:
                return None
            return outcome.merge is not None
        case Indicator.RUNNER:
            return None  # is counted by the minute, not by the task
        case _ as never:
            assert_never(never)


def _saw_green(task: TaskRecord) -> bool:
    return has_entered(task, Stage.MERGING)
