"""Decides whether the checks of a commit are green.

Source: https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/
collaborating-on-repositories-with-code-quality-features/about-status-checks
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

# GitHub lets a required check pass with these conclusions.
_PASSING = frozenset({"success", "neutral", "skipped"})


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
    conclusions: Mapping[str, str | None],
    *,
    conflicting: bool = False,
) -> ChecksVerdict:
    """Judge the required checks.

    `conclusions` maps the name of a reported check to its conclusion in lower case, None
    while it runs. A required check that nobody reported is pending, so that a commit
    without checks is never green; checks that are not required decide nothing. GitHub starts
    no workflow for a head that is `conflicting`: what is pending there stays so for good.
    """
    failed = tuple(
        name for name in required if (conclusions.get(name) or "success") not in _PASSING
    )
    if failed:
        return ChecksVerdict(ChecksState.RED, failed)
    if not required or any(conclusions.get(name) is None for name in required):
        return ChecksVerdict(ChecksState.CONFLICTING if conflicting else ChecksState.PENDING)
    return ChecksVerdict(ChecksState.GREEN)
