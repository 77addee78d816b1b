"""How a check ends, and whether the checks of a commit are green.

Source: https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/
collaborating-on-repositories-with-code-quality-features/about-status-checks
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

# What GitHub says in the place of a conclusion while there is none.
_NOT_CONCLUDED = frozenset({"pending", "expected", "waiting"})


class Conclusion(StrEnum):
    """How a check run or a commit status ended.

    Sources: https://docs.github.com/en/graphql/reference/enums#checkconclusionstate
    and https://docs.github.com/en/graphql/reference/enums#statusstate
    """

    SUCCESS = "success"
    FAILURE = "failure"
    NEUTRAL = "neutral"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    TIMED_OUT = "timed_out"
    ACTION_REQUIRED = "action_required"
    STALE = "stale"
    STARTUP_FAILURE = "startup_failure"
    ERROR = "error"  # of a commit status only
    UNKNOWN = "unknown"  # one that GitHub has come to say since this was written

    @property
    def passes(self) -> bool:
        """True where GitHub lets a required check pass with it."""
        match self:
            case Conclusion.SUCCESS | Conclusion.NEUTRAL | Conclusion.SKIPPED:
                return True
            case (
                Conclusion.FAILURE
                | Conclusion.CANCELLED
                | Conclusion.TIMED_OUT
                | Conclusion.ACTION_REQUIRED
                | Conclusion.STALE
                | Conclusion.STARTUP_FAILURE
                | Conclusion.ERROR
                | Conclusion.UNKNOWN
            ):
                return False
            case never:
                assert_never(never)


def read_conclusion(told: str | None) -> Conclusion | None:
    """The conclusion that GitHub, or an older version of ours, tells of; None while it runs."""
    if told is None or (word := told.lower()) in _NOT_CONCLUDED:
        return None
    try:
        return Conclusion(word)
    except ValueError:
        return Conclusion.UNKNOWN


class ChecksState(StrEnum):
    """The required checks of one head commit, taken together."""

    PENDING = "pending"
    GREEN = "green"
    RED = "red"
    CONFLICTING = "conflicting"


@dataclass(frozen=True, slots=True)
class ChecksVerdict:
    """The state, and for `red` the names of the checks that did not pass."""

    state: ChecksState
    failed: tuple[str, ...] = ()


def decide_checks(
    required: tuple[str, ...],
    conclusions: Mapping[str, Conclusion | None],
    *,
    conflicting: bool = False,
) -> ChecksVerdict:
    """Judge the required checks.

    `conclusions` maps the name of a reported check to its conclusion, None while it runs. A
    required check that nobody reported is pending, so that a commit without checks is never
    green; checks that are not required decide nothing. GitHub starts no workflow for a head
    that is `conflicting`: what is pending there stays so for good.
    """
    concluded = {name: conclusions.get(name) for name in required}
    failed = tuple(name for name, how in concluded.items() if how is not None and not how.passes)
    if failed:
        return ChecksVerdict(ChecksState.RED, failed)
    if not required or None in concluded.values():
        return ChecksVerdict(ChecksState.CONFLICTING if conflicting else ChecksState.PENDING)
    return ChecksVerdict(ChecksState.GREEN)


def would_be_decided(
    required: tuple[str, ...],
    conclusions: Mapping[str, Conclusion | None],
    told: Mapping[str, Conclusion | None],
) -> bool:
    """True where the checks are pending, and would not be if all were as webhooks have `told`.

    A webhook is worth a look, and no more: GitHub may deliver one late or of an earlier attempt,
    and whoever knows the secret may sign one.
    """
    if decide_checks(required, conclusions).state is not ChecksState.PENDING:
        return False
    return decide_checks(required, {**conclusions, **told}).state is not ChecksState.PENDING
