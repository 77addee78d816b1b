import json
from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.domain.production.rollback import (
    TRB_TARGETS_S,
    RollbackCase,
    RollbackStatus,
    TrbSplit,
    missed_targets,
    read_case,
    split_trb,
    trb_by_target,
    write_case,
)
from shiploop.domain.production.rollback_policy import Suspect
from tests.builders import NOON, TASK_ID

CASE = RollbackCase(
    lead_sha="b" * 40,
    suspects=(Suspect("b" * 40, "Update FAQ - Is it?", TASK_ID, committed_at=NOON),),
    reason="home failing",
    evidence=("home failed 6 of 6 times: answers 500",),
    live_sha="b" * 40,
    bad_live_at=NOON,
    detected_at=NOON + timedelta(seconds=25),
    decided_at=NOON + timedelta(seconds=26),
    needs_approval=False,
)

ENDED = {
    RollbackStatus.HEALTHY,
    RollbackStatus.UNHEALTHY,
    RollbackStatus.STUCK,
    RollbackStatus.DECLINED,
}

moments = st.datetimes(timezones=st.just(UTC))
suspects = st.builds(
    Suspect, st.text(), st.text(), st.none() | st.text(), st.booleans(), committed_at=moments
)
cases = st.builds(
    RollbackCase,
    lead_sha=st.text(),
    suspects=st.lists(suspects).map(tuple),
    reason=st.text(),
    evidence=st.lists(st.text()).map(tuple),
    live_sha=st.text(),
    bad_live_at=moments,
    detected_at=moments,
    decided_at=moments,
    needs_approval=st.booleans(),
    asked_by_person=st.booleans(),
)


@given(cases)
def test_a_case_is_read_back_as_it_was_written(case: RollbackCase) -> None:
    assert read_case(write_case(case)) == case


def test_a_case_that_was_stored_before_it_said_who_asked_is_read() -> None:
    stored = json.loads(write_case(CASE))
    del stored["asked_by_person"]
    assert read_case(json.dumps(stored)) == CASE


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"suspects": [{}]}'])
def test_what_is_no_case_is_an_error(text: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        read_case(text)


@pytest.mark.parametrize("status", RollbackStatus)
def test_a_rollback_has_ended_when_nothing_more_will_happen(status: RollbackStatus) -> None:
    assert status.ended is (status in ENDED)


def after(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def test_the_time_to_roll_back_is_split_into_its_parts() -> None:
    split = split_trb(CASE, NOON + after(29), NOON + after(59.5), NOON + after(80))
    assert split == TrbSplit(25_000, 1000, 3000, 30_500, 20_500)
    assert split.total_ms == 80_000
    assert split.execute_ms == 33_500


seconds = st.floats(-600, 600)


@given(seconds, seconds, seconds, seconds, seconds)
def test_no_part_is_negative_and_together_they_are_the_whole(
    detected: float, decided: float, merged: float, live: float, healthy: float
) -> None:
    case = replace(CASE, detected_at=NOON + after(detected), decided_at=NOON + after(decided))
    split = split_trb(case, NOON + after(merged), NOON + after(live), NOON + after(healthy))
    parts = (split.detect_ms, split.decide_ms, split.revert_ms, split.deploy_ms, split.verify_ms)
    assert min(parts) >= 0
    latest = max(0, detected, decided, merged, live, healthy)
    assert split.total_ms == sum(parts) == pytest.approx(latest * 1000, abs=1)


def test_the_targets_are_those_of_the_rfc() -> None:
    assert TRB_TARGETS_S == {"detect": 180, "decide": 30, "execute": 300, "total": 480}
    assert trb_by_target(TrbSplit(1, 2, 3, 4, 5)).keys() == TRB_TARGETS_S.keys()


@pytest.mark.parametrize(
    ("split", "missed"),
    [
        (TrbSplit(180_000, 30_000, 150_000, 100_000, 20_000), ()),
        (TrbSplit(180_001, 0, 0, 0, 0), ("detect",)),
        (TrbSplit(0, 30_001, 0, 0, 0), ("decide",)),
        (TrbSplit(0, 0, 150_000, 150_001, 0), ("execute",)),
        (TrbSplit(0, 0, 0, 0, 480_001), ("total",)),
        (TrbSplit(180_000, 30_000, 300_000, 0, 0), ("total",)),
    ],
)
def test_names_the_targets_that_were_missed(split: TrbSplit, missed: tuple[str, ...]) -> None:
    assert missed_targets(split) == missed


def test_a_case_of_before_branches_could_be_called_otherwise_keeps_its_branch() -> None:
    fields = json.loads(write_case(replace(CASE, branch_prefix="bot/")))
    assert read_case(json.dumps(fields)).branch_prefix == "bot/"
    del fields["branch_prefix"]
    assert read_case(json.dumps(fields)).branch_prefix == "hotfix/"
