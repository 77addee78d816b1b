"""What people say of a suggestion, and whether that decides it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.domain.delivery.pull_request import PullRequestState
from shiploop.domain.delivery.review import (
    Approved,
    Closed,
    Decision,
    PullReview,
    Review,
    ReviewState,
    Undecided,
    decide_review,
)
from shiploop.domain.delivery.task import Merge
from tests.builders import NOON

OLD, HEAD, FOREIGN = "a" * 40, "b" * 40, "c" * 40
HEADS = (OLD, HEAD)
MERGE = Merge("f" * 40, NOON)
WAITS = PullReview("PR_1", PullRequestState.OPEN, is_draft=True, head_sha=HEAD)


def review(state: str, author: str = "ada", sha: str = HEAD, *, writer: bool = True) -> Review:
    return Review(author, ReviewState(state), sha, by_writer=writer)


def said(*reviews: Review, **changes: object) -> PullReview:
    return replace(WAITS, reviews=reviews, **changes)


@pytest.mark.parametrize(
    ("pull", "decision"),
    [
        (said(), Undecided("nobody with write permission has approved it yet")),
        (said(review("APPROVED")), Approved("ada")),
        # The same signed change, before a conflict: GitHub still counts the review.
        (said(review("APPROVED", sha=OLD)), Approved("ada")),
        (said(review("APPROVED", writer=False)), Undecided("nobody with")),
        (said(review("APPROVED", sha=FOREIGN)), Undecided("ada has approved a commit")),
        (said(review("DISMISSED")), Undecided("nobody with")),
        (said(review("COMMENTED")), Undecided("nobody with")),
        (
            said(review("APPROVED"), review("CHANGES_REQUESTED", "bob")),
            Undecided("bob has asked for changes"),
        ),
        (
            said(review("APPROVED"), review("CHANGES_REQUESTED", "eve", writer=False)),
            Approved("ada"),
        ),
        (said(ready_by="ada", is_draft=False), Approved("ada")),
        (said(ready_by="ada", is_draft=True), Undecided("nobody with")),  # and a draft again
        (said(is_draft=False), Undecided("nobody with")),  # as where there are no drafts
        (said(review("APPROVED"), state=PullRequestState.CLOSED), Closed()),
        (said(state=PullRequestState.MERGED, merge=MERGE), MERGE),
        (said(state=PullRequestState.MERGED), Closed()),  # into another branch
    ],
)
def test_each_word_decides_as_it_should(pull: PullReview, decision: Decision) -> None:
    decided = decide_review(pull, HEADS)
    if isinstance(decision, Undecided):
        assert isinstance(decided, Undecided)
        assert decided.reason.startswith(decision.reason)
    else:
        assert decided == decision


def test_who_approves_the_task_itself_needs_no_review_but_stops_at_an_objection() -> None:
    assert decide_review(WAITS, HEADS, "the API") == Approved("the API")
    assert isinstance(decide_review(said(review("CHANGES_REQUESTED")), HEADS, "the API"), Undecided)
    closed = said(state=PullRequestState.CLOSED)
    assert decide_review(closed, HEADS, "the API") == Closed()


reviews = st.builds(
    Review,
    author=st.sampled_from(["ada", "bob", "eve"]),
    state=st.sampled_from(ReviewState),
    head_sha=st.sampled_from([OLD, HEAD, FOREIGN]),
    by_writer=st.just(False),
)


@given(st.lists(reviews), st.booleans())
def test_whoever_may_not_write_decides_nothing(given_reviews: list[Review], draft: bool) -> None:
    pull = said(*given_reviews, is_draft=draft)
    assert isinstance(decide_review(pull, HEADS), Undecided)
