"""Outcomes, and the time that a task took."""

from datetime import timedelta

import pytest

from shiploop.domain.delivery.task import FailureKind, Merge, Status, declined, done, failed, tte_ms
from tests.builders import NOON

MERGE = Merge("f" * 40, NOON)


@pytest.mark.parametrize(
    ("status", "settled"),
    [
        (Status.QUEUED, False),
        (Status.RUNNING, False),
        (Status.DONE, True),
        (Status.ERROR, True),
        (Status.DECLINED, True),
    ],
)
def test_a_task_is_settled_when_nothing_more_will_happen(status: Status, settled: bool) -> None:
    assert status.settled is settled


def test_a_failure_kind_is_set_exactly_when_the_status_is_error() -> None:
    assert done(MERGE, "http://127.0.0.1/faq#entry").failure_kind is None
    assert declined("the documents do not say").failure_kind is None
    error = failed(FailureKind.NEVER_LIVE, "not live in time", MERGE)
    assert (error.status, error.failure_kind) == (Status.ERROR, FailureKind.NEVER_LIVE)
    assert error.merge == MERGE


@pytest.mark.parametrize(
    ("took", "expected_ms"),
    [
        (timedelta(milliseconds=1234), 1234),
        (timedelta(microseconds=1499), 1),
        (timedelta(0), 0),
        (timedelta(seconds=-1), 0),  # GitHub's clock is behind ours
    ],
)
def test_the_time_to_execute_runs_from_asking_to_the_merge(
    took: timedelta, expected_ms: int
) -> None:
    assert tte_ms(NOON, NOON + took) == expected_ms
