"""What GitHub means by the words in which it refuses a merge: its status tells too little.

The words are those that people were refused with: each is named where the sandbox says it
(`sandbox/github/merge_rules.py`). What is not known here stands: a rule that can't be met is
asked once.
"""

from dataclasses import dataclass
from typing import Final

from shiploop.domain.delivery.task import WaitingFor

_HEAD_MOVED: Final = 409
# What is over by itself: GitHub works out whether it merges, or has not heard of a check yet.
_PASSING: Final = (
    "base branch was modified",
    "head branch was modified",
    "pull request is not mergeable",
    "merge already in progress",
    " is expected",
    " are expected",
    " is in progress",
    " is pending",
    " is queued",
    " expected.",
    " pending.",
    "have not succeeded",
    "missing successful active",  # of a deployment, which may be under way
    "has left the merge queue",  # our own words, of what may be put into it again
)
_FAILING: Final = ("is failing", "has failed", " failing.", " errored")
_BY_PEOPLE: Final = (
    ("conversation must be resolved", WaitingFor.CONVERSATIONS),
    ("conversations must be resolved", WaitingFor.CONVERSATIONS),
    ("comments must be resolved", WaitingFor.CONVERSATIONS),
    ("code owner", WaitingFor.CODE_OWNER),
    ("approving review", WaitingFor.REVIEW),
    ("more approval", WaitingFor.REVIEW),
    ("changes were requested", WaitingFor.REVIEW),
    ("changes have been requested", WaitingFor.REVIEW),
    ("review required", WaitingFor.REVIEW),
    ("review is required", WaitingFor.REVIEW),
)
_METHOD: Final = (
    "squash merges are not allowed",
    "rebase merges are not allowed",
    "merge commits are not allowed",
    "must not contain merge commits",
    "rebase merges cannot be",
)
_QUEUE: Final = ("through the merge queue", "is in the merge queue")
_RULES: Final = ("repository rule violations found", "protected branch update failed")


@dataclass(frozen=True, slots=True)
class Passing:
    """It may be merged when it is tried again."""


@dataclass(frozen=True, slots=True)
class AsksPeople:
    """Somebody has to do something first."""

    waiting_for: WaitingFor


@dataclass(frozen=True, slots=True)
class OtherMethod:
    """It has to be merged by another method."""


@dataclass(frozen=True, slots=True)
class ByQueue:
    """It has to be merged by the merge queue."""


@dataclass(frozen=True, slots=True)
class Forbidden:
    """It is never merged as things are: to try again changes nothing."""


Meaning = Passing | AsksPeople | OtherMethod | ByQueue | Forbidden


def read_refusal(status: int, said: str) -> Meaning:
    """What a refused merge means, by GitHub's status and words.

    Of several things what cannot pass comes before what waits for people, and that before what
    passes by itself.
    """
    words = said.casefold()
    lines = [line for line in words.splitlines() if line.strip() and not _is_heading(line)]
    meanings = [_meaning(status, line) for line in lines] or [_meaning(status, words)]
    for kind in (Forbidden, OtherMethod, ByQueue, AsksPeople):
        found = next((each for each in meanings if isinstance(each, kind)), None)
        if found is not None:
            return found
    return Passing()


def tells_of_rules(said: str) -> bool:
    """True where a write was refused because the repository's rules forbid it."""
    words = said.casefold()
    return any(each in words for each in _RULES)


def _is_heading(line: str) -> bool:
    return any(each in line for each in _RULES)


def _meaning(status: int, line: str) -> Meaning:
    if any(each in line for each in _METHOD):
        return OtherMethod()
    if any(each in line for each in _QUEUE):
        return ByQueue()
    for each, waiting_for in _BY_PEOPLE:
        if each in line:
            return AsksPeople(waiting_for)
    if any(each in line for each in _FAILING):
        return Forbidden()
    passes = status == _HEAD_MOVED or any(each in line for each in _PASSING)
    return Passing() if passes else Forbidden()
