from collections.abc import Callable
from dataclasses import replace

import pytest

from shiploop.domain.production import slack_messages
from shiploop.domain.production.rollback import RollbackCase, RollbackStatus, TrbSplit
from shiploop.domain.production.rollback_ending import Ending
from tests.builders import a_rollback_case, a_suspect
from tests.hostile import HOSTILE, assert_without_effect, poisoned

CASE = a_rollback_case(
    "b" * 40,
    suspects=(
        a_suspect("a" * 40, headline="Update FAQ - Is it? (#11)"),
        a_suspect("b" * 40, headline="Update FAQ - Who is it? (#12)"),
    ),
    reason="home, faq failing",
)
TRB = TrbSplit(25_000, 31_000, 3000, 30_500, 20_500)
ISSUE_URL = "http://127.0.0.1/acme/docs/issues/15"
DECIDE_URL = "http://127.0.0.1:4200/runs/flow-run/1"
DRAFT_URL = "http://127.0.0.1/acme/docs/pull/14"

TEXTS: dict[str, Callable[[RollbackCase, str], str]] = {
    "started": lambda case, _: slack_messages.rollback_started(case),
    "ended": lambda case, text: slack_messages.rollback_ended(
        case, Ending(RollbackStatus.STUCK, text), {text: ISSUE_URL}
    ),
    "incident": lambda _, text: slack_messages.incident_raised(text, ISSUE_URL),
}


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("name", TEXTS)
def test_nothing_that_strangers_wrote_has_an_effect(name: str, hostile: str) -> None:
    text = TEXTS[name](poisoned(CASE, hostile), hostile)
    assert_without_effect(text, TEXTS[name](poisoned(CASE, "x"), "x"))


def test_people_are_told_what_begins_and_whether_somebody_has_to_agree() -> None:
    text = slack_messages.rollback_started(CASE)
    assert text.startswith("🚨 Rolling production back: home, faq failing\n• bbbbbbbbbbbb Update")
    waits = slack_messages.rollback_started(CASE, DECIDE_URL)
    assert "approval" in waits
    assert waits.endswith(f"\nApprove or decline it: {DECIDE_URL}")


def test_what_is_taken_back_is_named_newest_first_with_the_evidence() -> None:
    text = slack_messages.rollback_started(CASE)
    assert text.index("• bbbbbbbbbbbb") < text.index("• aaaaaaaaaaaa")
    assert CASE.evidence[0] in text.splitlines()


@pytest.mark.parametrize("status", RollbackStatus)
def test_people_are_told_how_it_ended(status: RollbackStatus) -> None:
    links = {"Draft that re-applies it": DRAFT_URL}
    text = slack_messages.rollback_ended(CASE, Ending(status, "why"), links)
    assert text.startswith("✅") is (status is RollbackStatus.HEALTHY)
    assert f"\nDraft that re-applies it: {DRAFT_URL}\n" in text
    assert "took" not in text.splitlines()[2]
    told = status in (RollbackStatus.UNHEALTHY, RollbackStatus.STUCK)
    assert (": why\n" in text) is told


def test_people_are_told_how_long_it_took() -> None:
    healthy = Ending(RollbackStatus.HEALTHY, "why", None, TRB)
    assert "110.0 s from broken" in slack_messages.rollback_ended(CASE, healthy, {})
    asked = replace(CASE, asked_by_person=True)
    assert "110.0 s from asked for" in slack_messages.rollback_ended(asked, healthy, {})


def test_people_are_told_of_an_incident_and_of_its_end_with_the_issue() -> None:
    raised = slack_messages.incident_raised("no runner", ISSUE_URL)
    assert raised.startswith("🚨 Production incident: no runner\n")
    assert raised.endswith(f"\n{ISSUE_URL}")
    resolved = slack_messages.incident_resolved(ISSUE_URL)
    assert resolved == f"✅ Production is healthy again.\n{ISSUE_URL}"
