"""What happened in a rollback, in the order in which it happened."""

from dataclasses import replace
from datetime import timedelta

from shiploop.domain.production.rollback import RollbackCase, RollbackStatus
from shiploop.domain.production.rollback_ending import timeline
from shiploop.domain.production.rollback_policy import Suspect
from shiploop.domain.timestamps import iso_ms
from tests.builders import NOON, TASK_ID

SUSPECT = Suspect("b" * 40, "Update FAQ - Why? (#2)", TASK_ID, committed_at=NOON)
CASE = RollbackCase(
    lead_sha=SUSPECT.sha,
    suspects=(SUSPECT,),
    reason="site-home failing",
    evidence=(),
    live_sha=SUSPECT.sha,
    bad_live_at=NOON,
    detected_at=NOON + timedelta(seconds=2),
    decided_at=NOON + timedelta(seconds=2),
    needs_approval=False,
)


def test_the_timeline_has_what_was_reached_and_nothing_else_in_order() -> None:
    fields = {
        "healthy_at": iso_ms(NOON + timedelta(seconds=9)),
        "reverting_at": iso_ms(NOON + timedelta(seconds=4)),
        "requested_at": iso_ms(NOON + timedelta(seconds=3)),
        "status": "healthy",
    }
    happened = timeline(CASE, fields)
    assert [(at - NOON).total_seconds() for at, _ in happened] == [0, 2, 3, 4, 9]
    assert happened[0][1] == f"production began to fail with {SUSPECT.sha[:12]} live"
    assert happened[-1][1] == "production was seen to be healthy"


def test_nothing_began_to_fail_before_a_rollback_that_a_person_asked_for() -> None:
    fields = {"requested_at": iso_ms(NOON)}
    assert timeline(replace(CASE, asked_by_person=True), fields) == (
        (NOON, "the rollback was asked for"),
    )


def test_every_status_has_its_words_in_the_timeline() -> None:
    fields = {f"{status}_at": iso_ms(NOON + timedelta(seconds=5)) for status in RollbackStatus}
    assert len(timeline(CASE, fields)) == 2 + len(RollbackStatus)
