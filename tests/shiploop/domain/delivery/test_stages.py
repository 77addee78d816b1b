"""Where the time of a task went, against what was planned."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.domain.delivery.stages import (
    QUEUED,
    TARGETS_MS,
    begins_ms,
    over_target_ms,
    stages_ms,
    waited_ms,
)
from shiploop.domain.delivery.task import Stage
from shiploop.domain.delivery.task_record import TaskRecord
from tests.builders import NOON, a_task_record


def at(after_s: float) -> datetime:
    return NOON + timedelta(seconds=after_s)


def a_task(*entered: tuple[Stage, datetime], settled_at: datetime | None = None) -> TaskRecord:
    return a_task_record(stages_entered=entered, settled_at=settled_at)


def test_a_stage_ends_when_the_next_begins() -> None:
    task = a_task((Stage.DRAFTING, at(0.2)), (Stage.CHECKING, at(2.2)))
    assert stages_ms(task) == {"queued": 200, "drafting": 2000}
    settled = replace(task, settled_at=at(12.2))
    assert stages_ms(settled) == {"queued": 200, "drafting": 2000, "checking": 10_000}


def test_what_comes_after_the_last_stage_is_no_part_of_it() -> None:
    task = a_task((Stage.DRAFTING, at(1)), settled_at=at(9))
    assert stages_ms(replace(task, ended_at=at(3))) == {"queued": 1000, "drafting": 2000}


def test_a_stage_that_is_entered_again_has_the_sum_of_both() -> None:
    once = (Stage.CHECKING, at(1)), (Stage.MERGING, at(2))
    again = (Stage.CHECKING, at(4)), (Stage.MERGING, at(7))
    task = a_task(*once, *again, settled_at=at(9))
    assert stages_ms(task) == {"queued": 1000, "checking": 4000, "merging": 4000}


@given(st.lists(st.tuples(st.sampled_from(Stage), st.integers(0, 10_000))))
def test_the_stages_of_a_task_add_up_to_its_time(moments: list[tuple[Stage, int]]) -> None:
    entered, moment = [], NOON
    for stage, after_ms in moments:
        moment += timedelta(milliseconds=after_ms)
        entered.append((stage, moment))
    task = a_task(*entered, settled_at=moment)
    assert sum(stages_ms(task).values()) == sum(after_ms for _, after_ms in moments)


def test_for_as_long_as_it_was_parked_a_task_was_in_no_stage() -> None:
    entered = (Stage.OPENING, at(1)), (Stage.CHECKING, at(70)), (Stage.MERGING, at(100))
    waits = ((at(2), at(60)), (at(80), at(90)))
    task = replace(a_task(*entered, settled_at=at(103)), waits=waits)
    assert stages_ms(task) == {
        "queued": 1000,
        "opening": 11_000,
        "checking": 20_000,
        "merging": 3000,
    }
    assert waited_ms(task, at(103)) == 68_000


def test_one_that_is_parked_still_waits_until_now() -> None:
    task = replace(a_task((Stage.OPENING, at(1))), waits=((at(2), None),))
    assert waited_ms(task, at(10)) == 8000


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
