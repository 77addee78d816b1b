"""What people say of a suggestion on GitHub, and whether that decides it: pure, no I/O.

Sources: https://docs.github.com/en/graphql/reference/enums#pullrequestreviewstate and
https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/reviewing-changes-in-pull-requests/about-pull-request-reviews
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from shiploop.domain.delivery.pull_request import PullRequestState
from shiploop.domain.delivery.task import Merge


class ReviewState(StrEnum):
    """GitHub's `PullRequestReviewState`."""

    APPROVED = "APPROVED"
    CHANGES_REQUESTED = "CHANGES_REQUESTED"
    COMMENTED = "COMMENTED"
    DISMISSED = "DISMISSED"
    PENDING = "PENDING"


@dataclass(frozen=True, slots=True)
class Review:
    """One review; `by_writer` tells whether its author may write to the repository."""

    author: str
    state: ReviewState
    head_sha: str
    by_writer: bool


@dataclass(frozen=True, slots=True)
class PullReview:
    """What GitHub tells of one pull request that waits.

    `reviews` are the newest of each person. `ready_by` is who has marked it ready for review,
    being allowed to write; None where nobody did, or it is a draft again. `merge` is one that a
    person has made.
    """

    pull_id: str
    state: PullRequestState
    is_draft: bool
    head_sha: str
    reviews: tuple[Review, ...] = ()
    ready_by: str | None = None
    merge: Merge | None = None


@dataclass(frozen=True, slots=True)
class Approved:
    """A person who may decide has said yes, and who."""

    by: str


@dataclass(frozen=True, slots=True)
class Undecided:
    """Nobody who may decide has said yes, and why not; the reason ends a sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class Closed:
    """A person has closed it without merging it."""


Decision = Approved | Undecided | Closed | Merge


def decide_review(said: PullReview, heads: Collection[str], approved_here: str = "") -> Decision:
    """Decide on one suggestion, whose commits of ours are `heads`.

    What GitHub shows as done comes before what was said: merged, then closed. `approved_here`
    is who has approved the task itself, by the command line or the API.
    """
    match said.state:
        case PullRequestState.MERGED:
            return said.merge or Closed()  # merged elsewhere, it is none of ours any more
        case PullRequestState.CLOSED:
            return Closed()
        case PullRequestState.OPEN:
            return _decide_open(said, heads, approved_here)
        case never:
            assert_never(never)


def _decide_open(
    said: PullReview, heads: Collection[str], approved_here: str
) -> Approved | Undecided:
    counting = [each for each in said.reviews if each.by_writer]
    for each in counting:
        if each.state is ReviewState.CHANGES_REQUESTED:
            return Undecided(f"{each.author} has asked for changes")
    approving = [each for each in counting if each.state is ReviewState.APPROVED]
    for each in approving:
        if each.head_sha in heads:
            return Approved(each.author)
    if approved_here:
        return Approved(approved_here)
    if said.ready_by is not None and not said.is_draft:
        return Approved(said.ready_by)
    if approving:
        return Undecided(f"{approving[0].author} has approved a commit that is not ours")
    return Undecided("nobody with write permission has approved it yet")
