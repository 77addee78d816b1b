"""What sweeps remember of an entry: what it is made of, and its being asked again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shiploop.domain.delivery.change import Sighting, Source
from shiploop.domain.delivery.task import FailureKind, Status
from shiploop.domain.upkeep.kept import Kept, Noted, Standing
from shiploop.domain.upkeep.kept_record import (
    Birth,
    KeptRecord,
    begin_record,
    note_answer,
    note_asked,
    noted_of,
    see,
)
from tests.builders import NOON, TASK_ID, a_task_record

LATER = NOON + timedelta(hours=1)
KEPT = Kept(
    key="ab" * 32,
    title="How often does it beat?",
    task_id=TASK_ID,
    place=Sighting("/faq", "how-often"),
    sources=(Source("docs/workers.md", "beat", "Workers › Beat"),),
    standing=Standing.CURRENT,
    made_of="answer one",
)


def a_record(**changes: object) -> KeptRecord:
    record = begin_record(KEPT, Birth("answer one", NOON), None, NOON)
    return replace(record, **changes)  # type: ignore[arg-type]


def asked(times: int = 1) -> KeptRecord:
    """A record of what was asked again so often for one change."""
    record, kept = a_record(), replace(KEPT, made_of="answer two")
    for _ in range(times):
        record = note_asked(record, kept, "task-2", LATER)
    return record


def test_what_is_current_is_noted_and_what_is_not_is_not() -> None:
    for standing in Standing:
        seen = see(a_record(), replace(KEPT, standing=standing, made_of="answer two"), LATER)
        assert seen.made_of == ("answer two" if standing is Standing.CURRENT else "answer one")
        assert (seen.standing, seen.checked_at, seen.seen_at) == (standing, LATER, NOON)


def test_what_was_asked_is_told_also_of_the_version_after() -> None:
    assert noted_of(TASK_ID, None, Birth("answer one")) == Noted("answer one")
    assert noted_of(TASK_ID, asked(), Birth()) == Noted("answer one", "answer two")
    assert noted_of("task-2", asked(), Birth("new two")) == Noted("new two", "answer two")
    begun = begin_record(replace(KEPT, task_id="task-2"), Birth(), asked(), LATER)
    assert (begun.asked, begun.made_of, begun.asked_task_id) == ("answer two", "", "task-2")


@pytest.mark.parametrize(
    ("status", "failure", "merged", "standing", "repeated"),
    [
        (Status.QUEUED, None, False, Standing.ASKED, False),
        (Status.RUNNING, None, False, Standing.ASKED, False),
        (Status.DECLINED, None, False, Standing.LEFT, False),
        (Status.DONE, None, True, Standing.LEFT, False),
        (Status.ERROR, FailureKind.GITHUB, False, Standing.ASKED, True),
        (Status.ERROR, FailureKind.FROZEN, False, Standing.ASKED, True),
        (Status.ERROR, FailureKind.CI_FAILED, False, Standing.LEFT, False),
        (Status.ERROR, FailureKind.CANCELLED, False, Standing.LEFT, False),
        (Status.ERROR, FailureKind.UNHEALTHY_DEPLOY, True, Standing.LEFT, False),
    ],
)
def test_only_after_a_failure_that_passes_it_is_asked_once_more(
    status: Status, failure: FailureKind | None, merged: bool, standing: Standing, repeated: bool
) -> None:
    merge = {"merge_sha": "a" * 40, "merged_at": LATER} if merged else {}
    task = a_task_record(status=status, failure_kind=failure, **merge)
    noted = note_answer(asked(), task)
    assert (noted.standing, noted.is_to_be_repeated) == (standing, repeated)
    assert noted.noted == Noted("answer one", "" if repeated else "answer two")


def test_it_is_not_asked_for_ever() -> None:
    failed = a_task_record(status=Status.ERROR, failure_kind=FailureKind.GITHUB)
    assert [note_answer(asked(times), failed).is_to_be_repeated for times in (1, 2, 3)] == [
        True,
        True,
        False,
    ]


def test_a_task_that_nobody_remembers_is_over() -> None:
    assert note_answer(asked(), None).standing is Standing.LEFT
    assert note_answer(a_record(), None) == a_record()
