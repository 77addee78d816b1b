"""How a pull request stands in the merge queue of its base, and what has become of it: pure.

Sources: https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue
and, for the reasons, https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, assert_never

from shiploop.domain.delivery.merge_gate import pointed_elsewhere
from shiploop.domain.delivery.pull_request import PullRequestState
from shiploop.domain.delivery.task import FailureKind, Merge

# GitHub takes an entry off before it says of the pull request that it is merged, or why it is not.
TOLD_WITHIN_S: Final = 15.0


class Left(StrEnum):
    """Why a pull request is in the queue no more, by what can be done about it.

    For the last three we have taken it out ourselves; all others GitHub tells of.
    """

    RED = "red"
    TIMED_OUT = "timed out"
    CONFLICTING = "conflicting"
    BY_HAND = "by hand"
    MOVED = "moved"
    UNTOLD = "untold"
    CLOSED = "closed"
    FROZEN = "frozen"
    CANCELLED = "cancelled"
    DEADLINE = "deadline"

    @property
    def failure_kind(self) -> FailureKind | None:
        """As what it ends a task; None where the task goes on."""
        match self:
            case Left.RED:
                return FailureKind.CI_FAILED
            case Left.TIMED_OUT:
                return FailureKind.CI_TIMEOUT
            case Left.BY_HAND | Left.CLOSED:
                return FailureKind.MERGE_REFUSED
            case Left.CANCELLED:
                return FailureKind.CANCELLED
            case Left.DEADLINE:
                return FailureKind.DEADLINE
            case Left.CONFLICTING | Left.MOVED | Left.UNTOLD | Left.FROZEN:
                return None
            case never:
                assert_never(never)


# By the webhook's word, and by that of GraphQL's event, which GitHub lists nowhere.
_REASONS: Final = {
    "ci_failure": Left.RED,
    "failed_checks": Left.RED,
    "ci_timeout": Left.TIMED_OUT,
    "checks_timed_out": Left.TIMED_OUT,
    "timed_out": Left.TIMED_OUT,
    "merge_conflict": Left.CONFLICTING,
    "git_tree_invalid": Left.CONFLICTING,
    "invalid_merge_commit": Left.CONFLICTING,
    "manual": Left.BY_HAND,
    "dequeued": Left.BY_HAND,
    "queue_cleared": Left.BY_HAND,
}
_MERGED: Final = frozenset({"merge", "merged", "already_merged"})


@dataclass(frozen=True, slots=True)
class Removal:
    """That GitHub has taken a pull request out of the queue, in its own words, and when.

    `failed` names the checks of its merge group that were red.
    """

    said: str
    at: datetime
    failed: tuple[str, ...] = ()

    @property
    def left(self) -> Left | None:
        """Why; None where it was merged."""
        word = "_".join(self.said.casefold().split())
        return None if word in _MERGED else _REASONS.get(word, Left.UNTOLD)


@dataclass(frozen=True, slots=True)
class QueueStanding:
    """What GitHub tells of one pull request that was put into a queue.

    `enqueued_at` is None where it is in none; `removal` is the last there was, of whatever time.
    """

    pull_id: str
    state: PullRequestState
    head_sha: str
    enqueued_at: datetime | None = None
    removal: Removal | None = None
    merge: Merge | None = None
    other_base: str | None = None


@dataclass(frozen=True, slots=True)
class InQueue:
    """It is in the queue, or GitHub is about to tell what has become of it."""


@dataclass(frozen=True, slots=True)
class LeftQueue:
    """It is in the queue no more and is not merged; `said` is a sentence without its full stop."""

    why: Left
    said: str


def decide_queued(
    standing: QueueStanding, head_sha: str, enqueued_at: datetime | None, silent_s: float
) -> Merge | InQueue | LeftQueue:
    """Decide what has become of a pull request that was put into the queue with `head_sha`.

    A removal counts that is not older than that. For `silent_s` it stands outside of the queue,
    and nothing is told of why.
    """
    if standing.merge is not None:
        return standing.merge
    if standing.other_base is not None:
        return LeftQueue(Left.CLOSED, pointed_elsewhere(standing.other_base))
    if standing.state is PullRequestState.CLOSED:
        return LeftQueue(Left.CLOSED, "somebody has closed the pull request")
    if standing.enqueued_at is not None:
        return InQueue()
    removal = standing.removal
    if removal is not None and enqueued_at is not None and removal.at < enqueued_at:
        removal = None
    if removal is not None and (left := removal.left) is not None:
        moved = left is not Left.RED and standing.head_sha != head_sha
        return LeftQueue(Left.MOVED if moved else left, _in_words(left, removal))
    if silent_s < TOLD_WITHIN_S:
        return InQueue()
    return LeftQueue(Left.UNTOLD, "it has left the merge queue, and GitHub does not say why")


def _in_words(left: Left, removal: Removal) -> str:
    match left:
        case Left.RED:
            named = f": {', '.join(removal.failed)}" if removal.failed else ""
            return f"checks failed in the merge queue{named}"
        case Left.TIMED_OUT:
            return "the merge queue has waited in vain for checks of the merge group"
        case Left.CONFLICTING:
            return "it conflicts with what is ahead of it in the merge queue"
        case Left.BY_HAND:
            return "somebody has taken the pull request out of the merge queue"
        case _:
            return f"it has left the merge queue ({removal.said})"
