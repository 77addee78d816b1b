"""How the required checks of a workflow end: as its jobs do, or as a fault says."""

import enum
from typing import assert_never

from sandbox.faults import Fault
from sandbox.github.entities import CheckSuite
from sandbox.github.state import GitHub


class Ending(enum.Enum):
    """How the required checks end: as they do, or as a fault says."""

    REAL = enum.auto()
    RED = enum.auto()
    FLAKY = enum.auto()  # red in the first attempt
    NEVER = enum.auto()


def take_ending(github: GitHub) -> Ending:
    """How the checks of a pull request end this time."""
    if github.faults.take(Fault.CI_RED):
        return Ending.RED
    if github.faults.take(Fault.CI_FLAKY):
        return Ending.FLAKY
    return Ending.NEVER if github.faults.take(Fault.CI_NEVER_ENDS) else Ending.REAL


def take_ending_of_group(github: GitHub) -> Ending:
    """How the checks of a merge group end this time."""
    if github.faults.take(Fault.MERGE_GROUP_RED):
        return Ending.RED
    return Ending.NEVER if github.faults.take(Fault.MERGE_GROUP_NEVER_ENDS) else Ending.REAL


def conclusion_of(suite: CheckSuite, job: str, conclusion: str, ending: Ending) -> str | None:
    """Return how a job ends, or None when it never does."""
    protection = suite.repository.protections.get(suite.repository.default_branch)
    if protection is not None and job not in protection.contexts:
        return conclusion
    match ending:
        case Ending.REAL:
            return conclusion
        case Ending.RED | Ending.FLAKY:
            return "failure"
        case Ending.NEVER:
            return None
        case _:
            assert_never(ending)
