from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.domain.delivery.checks import (
    Check,
    CheckKind,
    ChecksState,
    ChecksVerdict,
    Conclusion,
    KnownChecks,
    RequiredCheck,
    decide_checks,
    read_conclusion,
    require,
    would_be_decided,
)
from tests.builders import ACTIONS, NOON, a_check

GATE = require(["faq-gate"])
GATE_AND_LINT = require(["faq-gate", "lint"])
SUCCESS, FAILURE, CANCELLED = Conclusion.SUCCESS, Conclusion.FAILURE, Conclusion.CANCELLED
PASSING = [Conclusion.SUCCESS, Conclusion.NEUTRAL, Conclusion.SKIPPED]
SET_ASIDE = [Conclusion.CANCELLED, Conclusion.STALE]
OTHER_APP = 99
GREEN, RED, PENDING = ChecksState.GREEN, ChecksState.RED, ChecksState.PENDING


def known(*checks: Check, **changes: Any) -> KnownChecks:
    return replace(KnownChecks(checks), **changes)


def state(required: tuple[RequiredCheck, ...], *checks: Check) -> ChecksState:
    """The state, in whatever order GitHub lists them."""
    (found,) = {decide_checks(required, known(*listed)).state for listed in (checks, checks[::-1])}
    return found


def a_status(conclusion: Conclusion | None, name: str = "faq-gate", **changes: Any) -> Check:
    return replace(Check(name, conclusion, CheckKind.STATUS, started_at=NOON), **changes)


def test_a_commit_without_checks_is_not_green() -> None:
    assert state(GATE) is PENDING


def test_nothing_is_green_where_nothing_is_required() -> None:
    assert state((), a_check(SUCCESS)) is PENDING


@pytest.mark.parametrize("conclusion", PASSING)
def test_is_green_when_every_required_check_passed(conclusion: Conclusion) -> None:
    checks = known(a_check(conclusion), a_check(SUCCESS, "lint"))
    assert decide_checks(GATE_AND_LINT, checks) == ChecksVerdict(GREEN)


@pytest.mark.parametrize("conclusion", [each for each in Conclusion if each not in PASSING])
def test_is_red_and_names_what_failed_even_while_others_run(conclusion: Conclusion) -> None:
    gate = a_check(conclusion)
    verdict = decide_checks(GATE_AND_LINT, known(gate, a_check(None, "lint")))
    assert (verdict.state, verdict.red) == (RED, (gate,))
    assert verdict.failed[0].startswith("faq-gate")
    is_plain = conclusion in (FAILURE, Conclusion.ERROR)
    assert (verdict.failed == ("faq-gate",)) is is_plain


def test_waits_while_one_is_running() -> None:
    assert state(GATE_AND_LINT, a_check(SUCCESS), a_check(None, "lint")) is PENDING


@given(st.dictionaries(st.text(), st.sampled_from([*Conclusion, None])))
def test_checks_that_are_not_required_decide_nothing(
    others: dict[str, Conclusion | None],
) -> None:
    reported = {**others, "faq-gate": SUCCESS}
    checks = [a_check(how, name, id=number) for number, (name, how) in enumerate(reported.items())]
    assert state(GATE, *checks) is GREEN


def test_pending_checks_of_a_conflicting_head_will_never_run() -> None:
    verdict = decide_checks(GATE, known(), conflicting=True)
    assert verdict == ChecksVerdict(ChecksState.CONFLICTING)


def test_checks_that_concluded_before_a_conflict_came_still_stand() -> None:
    verdict = decide_checks(GATE, known(a_check(SUCCESS)), conflicting=True)
    assert verdict == ChecksVerdict(GREEN)


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        (FAILURE, SUCCESS, GREEN),
        (FAILURE, None, PENDING),
        (SUCCESS, None, PENDING),
        (SUCCESS, FAILURE, RED),
        (CANCELLED, SUCCESS, GREEN),
        (CANCELLED, None, PENDING),
        (SUCCESS, CANCELLED, RED),  # somebody has stopped the very attempt that counts
    ],
)
def test_the_newest_attempt_counts(
    earlier: Conclusion, later: Conclusion | None, expected: ChecksState
) -> None:
    again = a_check(later, id=2, started_at=NOON + timedelta(minutes=2))
    assert state(GATE, a_check(earlier), again) is expected
    # A second run of the same workflow, as concurrency makes one, has a suite of its own.
    assert state(GATE, a_check(earlier), replace(again, suite=2, workflow_run=2)) is expected


@pytest.mark.parametrize("conclusion", SET_ASIDE)
def test_what_was_set_aside_for_the_run_of_another_event_decides_nothing(
    conclusion: Conclusion,
) -> None:
    of_push = a_check(conclusion, suite=2, event="push")
    of_pull = a_check(SUCCESS, id=2)
    assert state(GATE, of_push, of_pull) is GREEN
    assert state(GATE, of_push, replace(of_pull, workflow=8)) is RED  # that is no run of it
    assert state(GATE, replace(of_push, conclusion=FAILURE), of_pull) is RED


@pytest.mark.parametrize(
    "other",
    [
        a_check(None, id=2, app=OTHER_APP, workflow=None),
        a_check(FAILURE, id=2, app=OTHER_APP, workflow=None),
        a_check(FAILURE, id=2, suite=2, workflow=8),
        a_check(FAILURE, id=2, suite=2, workflow=None),  # whose workflow our token may not see
        a_status(FAILURE),
        a_status(None),
    ],
)
def test_all_of_one_name_have_to_be_green_whoever_reports_them(other: Check) -> None:
    assert state(GATE, a_check(SUCCESS), other) is (RED if other.conclusion else PENDING)
    assert state(GATE, a_check(SUCCESS), replace(other, conclusion=SUCCESS)) is GREEN


@pytest.mark.parametrize(
    ("theirs", "ours", "expected"),
    [
        (SUCCESS, None, PENDING),
        (FAILURE, SUCCESS, GREEN),
        (SUCCESS, FAILURE, RED),
    ],
)
def test_only_the_app_that_a_rule_expects_counts(
    theirs: Conclusion, ours: Conclusion | None, expected: ChecksState
) -> None:
    required = require(["faq-gate"], [("faq-gate", ACTIONS)])
    other = a_check(theirs, id=2, app=OTHER_APP, workflow=None)
    assert state(required, a_check(ours), other) is expected
    assert state(required, other, a_status(theirs)) is PENDING


def test_two_rules_may_expect_two_apps() -> None:
    required = require(["faq-gate"], [("faq-gate", ACTIONS), ("faq-gate", OTHER_APP), ("x", 1)])
    assert required == (RequiredCheck("faq-gate", ACTIONS), RequiredCheck("faq-gate", OTHER_APP))
    assert state(required, a_check(SUCCESS)) is PENDING


def test_two_jobs_of_one_name_in_one_run_are_no_attempts_of_each_other() -> None:
    red = a_check(FAILURE, completed_at=NOON + timedelta(seconds=50))
    beside = a_check(SUCCESS, id=2, started_at=NOON + timedelta(seconds=1))
    assert state(GATE, red, beside) is RED
    assert state(GATE, replace(red, conclusion=None, completed_at=None), beside) is PENDING


def test_the_newest_status_of_a_name_counts() -> None:
    later = a_status(SUCCESS, started_at=NOON + timedelta(seconds=1))
    assert state(GATE, a_status(FAILURE), later) is GREEN


@pytest.mark.parametrize("flaw", [{"unreadable": 1}, {"complete": False}])
def test_what_is_not_seen_whole_is_never_green_and_says_why(flaw: dict[str, Any]) -> None:
    verdict = decide_checks(GATE, known(a_check(SUCCESS), **flaw))
    assert verdict.state is PENDING
    assert "checks" in verdict.obstacle
    assert decide_checks(GATE, known(a_check(FAILURE), **flaw)).state is RED


@pytest.mark.parametrize("told", list(Conclusion))
def test_a_conclusion_is_read_however_github_spells_it(told: Conclusion) -> None:
    assert read_conclusion(told.value) is told
    assert read_conclusion(told.value.upper()) is told


@pytest.mark.parametrize("told", [None, "pending", "PENDING", "EXPECTED", "waiting"])
def test_what_has_not_concluded_has_no_conclusion(told: str | None) -> None:
    assert read_conclusion(told) is None


@given(st.text())
def test_what_github_may_come_to_say_one_day_is_never_green(told: str) -> None:
    conclusion = read_conclusion(told)
    assert (state(GATE, a_check(conclusion)) is GREEN) is (told.lower() in PASSING)
    if told.lower() not in {*Conclusion, "pending", "expected", "waiting"}:
        assert conclusion is Conclusion.UNKNOWN


LINT = a_check(SUCCESS, "lint", id=2)


@pytest.mark.parametrize(
    ("read", "told", "expected"),
    [
        ((), (), False),
        ((), (a_check(None),), False),
        ((), (a_check(SUCCESS),), False),  # lint is still to come
        ((), (a_check(FAILURE),), True),
        ((), (a_check(SUCCESS), LINT), True),
        ((LINT,), (a_check(SUCCESS),), True),
        ((LINT, a_check(None)), (a_check(SUCCESS, workflow=None, event=None),), True),
        ((LINT,), (a_check(SUCCESS, "other"),), False),
        ((a_check(FAILURE, "lint"),), (a_check(SUCCESS),), False),  # decided
        # Of an earlier attempt than the one that runs, late or once more.
        ((LINT, a_check(None, id=3)), (a_check(SUCCESS),), False),
        ((LINT, a_status(None, started_at=NOON + timedelta(1))), (a_status(SUCCESS),), False),
        ((LINT, a_status(None)), (a_status(SUCCESS, started_at=NOON + timedelta(1)),), True),
    ],
)
def test_what_webhooks_tell_is_read_when_it_would_decide(
    read: tuple[Check, ...], told: tuple[Check, ...], expected: bool
) -> None:
    assert would_be_decided(GATE_AND_LINT, known(*read), told) is expected
