"""Whether red checks are the end: what is run again, and what is waited for a while."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shiploop.domain.delivery.checks import Check, Conclusion

# GitHub makes the new attempt a moment after it was asked to.
_NEW_ATTEMPT_WITHIN = timedelta(seconds=60)
# A workflow's concurrency cancels a run because of its successor, which may be seen later.
_SUCCESSOR_WITHIN_S = 30.0

# What may be otherwise the next time. What a person has cancelled, or has to act on, is theirs.
_WORTH_ANOTHER_RUN = frozenset({Conclusion.FAILURE, Conclusion.TIMED_OUT})


@dataclass(frozen=True, slots=True)
class Rerun:
    """That the failed jobs of a workflow run were run again for us, and when.

    `names` and `check_ids` are the checks that were red; `refused` is why GitHub would not,
    empty where it did.
    """

    workflow_run: int
    names: tuple[str, ...]
    check_ids: tuple[int, ...]
    asked_at: datetime
    refused: str = ""


@dataclass(frozen=True, slots=True)
class RunAgain:
    """Have the failed jobs of these workflow runs run again."""

    workflow_runs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AwaitAttempt:
    """Another attempt may be on its way."""


@dataclass(frozen=True, slots=True)
class RedForGood:
    """Nothing will come of waiting."""


def decide_on_red(
    red: Iterable[Check], before: tuple[Rerun, ...], allowed: int, red_for_s: float, now: datetime
) -> RunAgain | AwaitAttempt | RedForGood:
    """Decide what to do about checks that have been red for so long.

    `before` is what was run again on this head already, and `allowed` how often a workflow run
    may be.
    """
    awaited = {
        number
        for rerun in before
        if not rerun.refused and now < rerun.asked_at + _NEW_ATTEMPT_WITHIN
        for number in rerun.check_ids
    }
    left = [check for check in red if check.id not in awaited]
    if not left:
        return AwaitAttempt()
    again = _workflow_runs(left, before, allowed)
    others = [check for check in left if check.workflow_run not in again]
    if any(check.conclusion is None or not check.conclusion.sets_aside for check in others):
        return RedForGood()
    if others:
        return AwaitAttempt() if red_for_s < _SUCCESSOR_WITHIN_S else RedForGood()
    # GitHub runs nothing again of what is still running.
    is_over = all(check.run_is_over for check in left)
    return RunAgain(again) if is_over else AwaitAttempt()


def flaky_names(reruns: Iterable[Rerun]) -> tuple[str, ...]:
    """What was red and had to be run again, by name."""
    named = (name for rerun in reruns if not rerun.refused for name in rerun.names)
    return tuple(dict.fromkeys(named))


def _workflow_runs(
    checks: Iterable[Check], before: tuple[Rerun, ...], allowed: int
) -> tuple[int, ...]:
    so_often = Counter(rerun.workflow_run for rerun in before)
    runs = (
        check.workflow_run
        for check in checks
        if check.conclusion in _WORTH_ANOTHER_RUN and check.workflow_run is not None
    )
    return tuple(run for run in dict.fromkeys(runs) if so_often[run] < allowed)
