from dataclasses import replace
from datetime import timedelta

import pytest

from shiploop.domain.delivery.checks import Check, Conclusion
from shiploop.domain.delivery.reruns import (
    AwaitAttempt,
    RedForGood,
    Rerun,
    RunAgain,
    decide_on_red,
    flaky_names,
)
from tests.builders import NOON, a_check

FAILED = a_check(Conclusion.FAILURE, run_is_over=True)
CANCELLED = a_check(Conclusion.CANCELLED, id=2, workflow_run=2)
ASKED = Rerun(1, ("faq-gate",), (1,), NOON)
REFUSED = replace(ASKED, refused="it may not")
SOON, LATE = NOON + timedelta(seconds=59), NOON + timedelta(seconds=61)


def decide(
    *red: Check, before: tuple[Rerun, ...] = (), allowed: int = 1, red_for_s: float = 0
) -> object:
    return decide_on_red(red, before, allowed, red_for_s, SOON)


@pytest.mark.parametrize("conclusion", [Conclusion.FAILURE, Conclusion.TIMED_OUT])
def test_what_has_failed_in_a_workflow_is_run_again_once(conclusion: Conclusion) -> None:
    failed = replace(FAILED, conclusion=conclusion)
    assert decide(failed) == RunAgain((1,))
    again = replace(failed, id=9)
    assert decide(again, before=(ASKED,)) == RedForGood()
    assert decide(again, before=(ASKED,), allowed=2) == RunAgain((1,))
    assert decide(failed, allowed=0) == RedForGood()


def test_a_workflow_that_still_runs_is_waited_for() -> None:
    assert decide(replace(FAILED, run_is_over=False)) == AwaitAttempt()


def test_each_workflow_run_is_run_again_for_itself() -> None:
    other = replace(FAILED, id=3, workflow_run=3)
    assert decide(FAILED, other) == RunAgain((1, 3))
    assert decide(FAILED, other, before=(ASKED,)) == RunAgain((3,))
    assert decide(replace(FAILED, id=9), other, before=(ASKED,)) == RedForGood()


def test_the_new_attempt_is_waited_for_a_minute() -> None:
    assert decide(FAILED, before=(ASKED,)) == AwaitAttempt()
    assert decide_on_red([FAILED], (ASKED,), 1, 0, LATE) == RedForGood()
    assert decide(FAILED, before=(REFUSED,)) == RedForGood()


def test_what_was_cancelled_is_waited_for_a_while_and_never_run_again() -> None:
    assert decide(CANCELLED, red_for_s=29) == AwaitAttempt()
    assert decide(CANCELLED, red_for_s=31) == RedForGood()
    assert decide(FAILED, CANCELLED, red_for_s=29) == AwaitAttempt()
    assert decide(FAILED, CANCELLED, red_for_s=31) == RedForGood()


def test_what_was_cancelled_because_its_neighbour_failed_is_run_again_with_it() -> None:
    assert decide(FAILED, replace(CANCELLED, workflow_run=1, run_is_over=True)) == RunAgain((1,))


@pytest.mark.parametrize(
    "check",
    [
        replace(FAILED, workflow_run=None),  # of another app, or a commit status
        replace(FAILED, conclusion=Conclusion.ACTION_REQUIRED),
        replace(FAILED, conclusion=Conclusion.STARTUP_FAILURE),
        replace(FAILED, conclusion=Conclusion.UNKNOWN),
    ],
)
def test_nothing_is_run_again_for_what_would_stay_red(check: Check) -> None:
    assert decide(check) == RedForGood()
    beside = replace(FAILED, id=3, workflow_run=3)
    assert decide(check, beside) == RedForGood()


def test_what_was_run_again_is_flaky_by_name_and_once() -> None:
    other = Rerun(2, ("lint", "faq-gate"), (2,), NOON)
    assert flaky_names((ASKED, other)) == ("faq-gate", "lint")
    assert flaky_names((REFUSED,)) == ()
