"""What a settled task adds to the numbers."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from shiploop.domain.delivery.task import FailureKind, Merge, Outcome, Stage, declined, done, failed
from shiploop.domain.delivery.task_record import TaskRecord
from shiploop.domain.objectives.measurement import Measurement, measure
from shiploop.slo_file import read_objectives
from tests.builders import NOON, a_task_record

SLOS = read_objectives(Path("deployments/slo.yaml"))
MERGED = Merge("f" * 40, NOON + timedelta(seconds=3))
OPENED = a_task_record(stages_entered=((Stage.OPENING, NOON + timedelta(seconds=1)),))
GREEN = replace(
    OPENED,
    stages_entered=(*OPENED.stages_entered, (Stage.MERGING, NOON + timedelta(seconds=2))),
    generator="extractive",
)
DONE = done(MERGED, "http://127.0.0.1/faq#why")


def measured(outcome: Outcome, task: TaskRecord = GREEN) -> Measurement:
    return measure(task, outcome, SLOS, NOON + timedelta(seconds=4))


def test_a_done_task_is_a_good_event_of_every_objective_but_the_runners() -> None:
    found = measured(DONE)
    assert found.good == {
        "tte-p95": True,
        "tte-p99": True,
        "success-rate": True,
        "ci-pass-rate": True,
        "auto-merge-rate": True,
    }
    assert found.durations_ms == {
        "tte": 3000,
        "tte:faq": 3000,
        "stage:queued": 1000,
        "stage:opening": 1000,
        "stage:merging": 2000,
    }
    assert set(found.counts) == {
        "status:done",
        "agent:faq:done",
        "generator:extractive",
        "tte-bucket:5",
    }


def test_a_slow_merge_is_a_bad_event_of_the_limits_that_it_passes() -> None:
    slow = replace(MERGED, merged_at=NOON + timedelta(milliseconds=60_001))
    good = measured(done(slow, "http://127.0.0.1/faq")).good
    assert (good["tte-p95"], good["tte-p99"]) == (False, True)
    on_time = replace(MERGED, merged_at=NOON + timedelta(seconds=60))
    assert measured(done(on_time, "http://127.0.0.1/faq")).good["tte-p95"]


def test_a_declined_task_counts_for_nothing_but_itself() -> None:
    found = measured(declined("the documents do not say"), OPENED)
    assert found.good == {}
    assert set(found.counts) == {"status:declined", "agent:faq:declined"}


@pytest.mark.parametrize(
    ("kind", "task", "ci", "merge"),
    [
        (FailureKind.CI_FAILED, OPENED, False, None),
        (FailureKind.CI_TIMEOUT, OPENED, False, None),
        (FailureKind.CI_FAILED, GREEN, False, None),  # red on the new base, after a conflict
        (FailureKind.GITHUB, OPENED, None, None),  # it never came to its checks
        (FailureKind.MERGE_REFUSED, GREEN, True, False),
        (FailureKind.FROZEN, GREEN, True, False),
        (FailureKind.CANCELLED, GREEN, True, None),  # nobody refused it
    ],
)
def test_a_failure_counts_against_what_it_got_as_far_as(
    kind: FailureKind, task: TaskRecord, ci: bool | None, merge: bool | None
) -> None:
    found = measured(failed(kind, "because"), task)
    assert found.good.get("ci-pass-rate") is ci
    assert found.good.get("auto-merge-rate") is merge
    assert found.good["success-rate"] is False
    assert f"failure:{kind}" in found.counts
    assert "tte" not in found.durations_ms


def test_a_merge_that_was_taken_back_is_a_merge_and_a_failure() -> None:
    found = measured(failed(FailureKind.UNHEALTHY_DEPLOY, "500", MERGED))
    assert found.durations_ms["tte"] == 3000
    assert found.good["auto-merge-rate"]
    assert not found.good["success-rate"]


def test_another_agents_task_counts_for_that_agent() -> None:
    found = measure(replace(GREEN, agent="notes"), DONE, SLOS, NOON + timedelta(seconds=4))
    assert "agent:notes:done" in found.counts
    assert found.durations_ms["tte:notes"] == found.durations_ms["tte"]
    assert not any("faq" in name for name in (*found.counts, *found.durations_ms))
