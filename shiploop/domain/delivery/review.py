"""What people say of a suggestion on GitHub, and whether that decides it: pure, no I/O.

Sources: https://docs.github.com/en/graphql/reference/enums#pullrequestreviewstate and
https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/reviewing-changes-in-pull-requests/about-pull-request-reviews
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from shiploop.domain.delivery.pull_request import PullRequestState
from shiploop.domain.delivery.rules import BranchRules, Rule
from shiploop.domain.delivery.task import Merge, WaitingFor


class ReviewState(StrEnum):
    """GitHub's `PullRequestReviewState`."""

    APPROVED = "APPROVED"
    CHANGES_REQUESTED = "CHANGES_REQUESTED"
    COMMENTED = "COMMENTED"
    DISMISSED = "DISMISSED"
    PENDING = "PENDING"


class ReviewDecision(StrEnum):
    """GitHub's `PullRequestReviewDecision`: whether the reviews that rules ask for are there."""

    APPROVED = "APPROVED"
    CHANGES_REQUESTED = "CHANGES_REQUESTED"
    REVIEW_REQUIRED = "REVIEW_REQUIRED"


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
    person has made. `review_decision` is what GitHub makes of the reviews by its rules, None where
    it does not say; of `conversations` so many are not resolved.
    """

    pull_id: str
    state: PullRequestState
    is_draft: bool
    head_sha: str
    reviews: tuple[Review, ...] = ()
    ready_by: str | None = None
    merge: Merge | None = None
    review_decision: ReviewDecision | None = None
    conversations: int = 0


@dataclass(frozen=True, slots=True)
class Approved:
    """A person who may decide has said yes, and who."""

    by: str


@dataclass(frozen=True, slots=True)
class Undecided:
    """Nobody who may decide has said yes, and why not; the reason ends a sentence."""

    reason: str
    waiting_for: WaitingFor = WaitingFor.REVIEW


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


def decide_with_rules(
    said: PullReview,
    heads: Collection[str],
    rules: BranchRules,
    approved_here: str = "",
    *,
    suggested: bool,
) -> Decision:
    """Decide on one pull request by what people and the repository's rules ask for.

    What is `suggested` wants a person's yes, as `decide_review` says. Whether the reviews are
    those that the rules ask for is GitHub's to say; where it does not, they are counted.
    """
    if said.state is not PullRequestState.OPEN or suggested:
        decision = decide_review(said, heads, approved_here)
        if not isinstance(decision, Approved):
            return decision
    elif said.is_draft:
        return Undecided("somebody has made it a draft again")
    return _lacking(said, rules) or Approved(approved_here or "the repository's rules")


def _lacking(said: PullReview, rules: BranchRules) -> Undecided | None:
    """What the rules ask of people that is not there yet."""
    branch = rules.branch
    waiting_for = WaitingFor.CODE_OWNER if rules.code_owners else WaitingFor.REVIEW
    exempted = {Rule.REVIEWS, Rule.CODE_OWNERS} & rules.bypassed and not rules.asks_for_review
    match said.review_decision:
        case ReviewDecision.CHANGES_REQUESTED if not exempted:
            return Undecided("a reviewer has asked for changes")
        case ReviewDecision.REVIEW_REQUIRED if not exempted:
            asked = "a review of a code owner" if rules.code_owners else "an approving review"
            return Undecided(f"{branch} asks for {asked}", waiting_for)
        case None if rules.asks_for_review and _approvals(said) < max(1, rules.approvals):
            return Undecided(
                f"{branch} asks for {max(1, rules.approvals)} approving reviews", waiting_for
            )
    if rules.conversations and said.conversations:
        reason = f"{said.conversations} conversations are not resolved"
        return Undecided(reason, WaitingFor.CONVERSATIONS)
    return None


def _approvals(said: PullReview) -> int:
    return sum(each.by_writer and each.state is ReviewState.APPROVED for each in said.reviews)


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
