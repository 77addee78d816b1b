"""Where the time of a task went, against what was planned."""

import pytest

from shiploop.domain.run import Stage
from shiploop.domain.stages import QUEUED, TARGETS_MS, begins_ms, over_target_ms, stages_ms

TASK = {
    "created_at": "2026-11-22T12:00:00.000Z",
    "drafting_at": "2026-11-22T12:00:00.200Z",
    "checking_at": "2026-11-22T12:00:02.200Z",
}


def test_a_stage_ends_when_the_next_begins() -> None:
    assert stages_ms(TASK) == {"queued": 200, "drafting": 2000}
    ended = {**TASK, "settled_at": "2026-11-22T12:00:12.200Z"}
    assert stages_ms(ended) == {"queued": 200, "drafting": 2000, "checking": 10_000}


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
