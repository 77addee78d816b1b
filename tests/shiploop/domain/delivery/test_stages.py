"""Where the time of a task went, against what was planned."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.domain.delivery.stages import QUEUED, TARGETS_MS, begins_ms, over_target_ms, stages_ms
from shiploop.domain.delivery.task import Stage
from shiploop.domain.timestamps import iso_ms
from tests.builders import NOON

TASK = {
    "created_at": "2026-11-22T12:00:00.000Z",
    "stages_entered": "drafting@2026-11-22T12:00:00.200Z checking@2026-11-22T12:00:02.200Z",
}


def test_a_stage_ends_when_the_next_begins() -> None:
    assert stages_ms(TASK) == {"queued": 200, "drafting": 2000}
    ended = {**TASK, "settled_at": "2026-11-22T12:00:12.200Z"}
    assert stages_ms(ended) == {"queued": 200, "drafting": 2000, "checking": 10_000}


def test_a_stage_that_is_entered_again_has_the_sum_of_both() -> None:
    at = "2026-11-22T12:00:0{}Z".format
    task = {
        "created_at": at(0),
        "stages_entered": f"checking@{at(1)} merging@{at(2)} checking@{at(4)} merging@{at(7)}",
        "settled_at": at(9),
    }
    assert stages_ms(task) == {"queued": 1000, "checking": 4000, "merging": 4000}


@given(st.lists(st.tuples(st.sampled_from(Stage), st.integers(0, 10_000))))
def test_the_stages_of_a_task_add_up_to_its_time(moments: list[tuple[Stage, int]]) -> None:
    entered, at = [], NOON
    for stage, after_ms in moments:
        at += timedelta(milliseconds=after_ms)
        entered.append(f"{stage}@{iso_ms(at)}")
    task = {
        "created_at": iso_ms(NOON),
        "stages_entered": " ".join(entered),
        "settled_at": iso_ms(at),
    }
    assert sum(stages_ms(task).values()) == sum(after_ms for _, after_ms in moments)


def test_one_stage_begins_after_the_other() -> None:
    assert begins_ms({}) == {}
    assert begins_ms({"queued": 200, "drafting": 2000, "opening": 5}) == {
        "queued": 0,
        "drafting": 200,
        "opening": 2200,
    }


def test_all_stages_up_to_the_merge_have_a_target() -> None:
    assert set(TARGETS_MS) == {QUEUED, *Stage} - {Stage.DEPLOYING, Stage.VERIFYING}


@pytest.mark.parametrize(
    ("stage", "took_ms", "over_ms"),
    [("merging", 2000, 0), ("merging", 2001, 1), ("queued", 0, 0), ("verifying", 9000, None)],
)
def test_what_is_over_the_target_is_told(stage: str, took_ms: int, over_ms: int | None) -> None:
    assert over_target_ms(stage, took_ms) == over_ms
