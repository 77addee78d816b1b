"""Which failure an error is: each of ours says so itself, and none is a runner that has died."""

import inspect
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from shiploop import errors
from shiploop.bootstrap import SettingMissing
from shiploop.domain.delivery.checks import ChecksState, ChecksVerdict
from shiploop.domain.delivery.task import FailureKind, Merge, Status
from shiploop.errors import PermanentError, ShiploopError, TransientError
from tasks.tidy_up import outcome_of, outcome_of_checks
from tests.builders import NOON, a_task

MERGE = Merge("a" * 40, NOON + timedelta(seconds=20))
BASES: set[type[ShiploopError]] = {ShiploopError, TransientError, PermanentError}
NAMED = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, ShiploopError) and kind not in BASES
]


def descendants(kind: type[ShiploopError]) -> Iterator[type[ShiploopError]]:
    for each in kind.__subclasses__():
        yield each
        yield from descendants(each)


@pytest.mark.parametrize("kind", [*NAMED, SettingMissing], ids=lambda kind: kind.__name__)
def test_each_error_names_its_own_kind(kind: type[ShiploopError]) -> None:
    assert "failure_kind" in vars(kind)


def test_no_error_of_ours_passes_for_a_taskner_that_has_died() -> None:
    known = set(descendants(ShiploopError))
    assert known >= {*NAMED, SettingMissing}
    assert FailureKind.CRASHED not in {kind.failure_kind for kind in known | BASES}


def test_an_error_ends_a_task_as_the_failure_that_it_names_in_its_own_words() -> None:
    of_more_words = {errors.GitHubRefused, errors.GitHubUnauthorized}
    for kind in {each for each in NAMED if each not in of_more_words}:
        outcome = outcome_of(kind("what has happened"), a_task())
        assert (outcome.status, outcome.failure_kind) == (Status.ERROR, kind.failure_kind)
        assert (outcome.reason, outcome.merge) == ("what has happened", None)


def test_a_merge_that_was_made_stays_in_the_outcome() -> None:
    run = replace(a_task(), merge=MERGE)
    assert outcome_of(errors.GitHubUnavailable("503"), run).merge == MERGE


def test_checks_that_do_not_get_green_are_named_or_were_too_late() -> None:
    red = outcome_of_checks(ChecksVerdict(ChecksState.RED, ("faq-gate", "lint")))
    assert red.failure_kind is FailureKind.CI_FAILED
    assert red.reason == "checks failed: faq-gate, lint"
    late = outcome_of_checks(ChecksVerdict(ChecksState.PENDING))
    assert late.failure_kind is FailureKind.CI_TIMEOUT
