"""What people say of a suggestion, and whether that decides it."""

from dataclasses import replace
from typing import Any

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
    ReviewDecision,
    ReviewState,
    Undecided,
    decide_review,
    decide_with_rules,
)
from shiploop.domain.delivery.rules import BranchRules, Rule
from shiploop.domain.delivery.task import Merge, WaitingFor
from tests.builders import NOON

OLD, HEAD, FOREIGN = "a" * 40, "b" * 40, "c" * 40
HEADS = (OLD, HEAD)
MERGE = Merge("f" * 40, NOON)
WAITS = PullReview("PR_1", PullRequestState.OPEN, is_draft=True, head_sha=HEAD)


def review(state: str, author: str = "ada", sha: str = HEAD, *, writer: bool = True) -> Review:
    return Review(author, ReviewState(state), sha, by_writer=writer)


def said(*reviews: Review, **changes: Any) -> PullReview:
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


MAIN = BranchRules(branch="main")
ONE_REVIEW = replace(MAIN, approvals=1)
READY = replace(WAITS, is_draft=False)
REQUIRED = ReviewDecision.REVIEW_REQUIRED


@pytest.mark.parametrize(
    ("pull", "rules", "waiting_for"),
    [
        (READY, MAIN, None),
        (WAITS, MAIN, WaitingFor.REVIEW),  # somebody has made it a draft
        (replace(READY, review_decision=REQUIRED), ONE_REVIEW, WaitingFor.REVIEW),
        # Although nothing of it is known, as where we may not read the rules.
        (replace(READY, review_decision=REQUIRED), MAIN, WaitingFor.REVIEW),
        (
            replace(READY, review_decision=REQUIRED),
            replace(MAIN, code_owners=True),
            WaitingFor.CODE_OWNER,
        ),
        (
            replace(READY, review_decision=ReviewDecision.CHANGES_REQUESTED),
            ONE_REVIEW,
            WaitingFor.REVIEW,
        ),
        (replace(READY, review_decision=ReviewDecision.APPROVED), ONE_REVIEW, None),
        # Where GitHub does not say so, the reviews are counted.
        (READY, ONE_REVIEW, WaitingFor.REVIEW),
        (replace(READY, reviews=(review("APPROVED"),)), ONE_REVIEW, None),
        (
            replace(READY, reviews=(review("APPROVED", writer=False),)),
            ONE_REVIEW,
            WaitingFor.REVIEW,
        ),
        (replace(READY, conversations=2), MAIN, None),
        (
            replace(READY, conversations=2),
            replace(MAIN, conversations=True),
            WaitingFor.CONVERSATIONS,
        ),
        (
            replace(READY, review_decision=REQUIRED),
            replace(MAIN, bypassed=frozenset({Rule.REVIEWS})),
            None,
        ),
    ],
)
def test_what_rules_ask_of_people_is_waited_for(
    pull: PullReview, rules: BranchRules, waiting_for: WaitingFor | None
) -> None:
    decision = decide_with_rules(pull, HEADS, rules, suggested=False)
    assert getattr(decision, "waiting_for", None) == waiting_for
    assert isinstance(decision, Approved) is (waiting_for is None)


def test_a_suggestion_wants_both_a_persons_yes_and_what_the_rules_ask_for() -> None:
    pull = replace(WAITS, review_decision=REQUIRED)
    nobody = decide_with_rules(pull, HEADS, ONE_REVIEW, suggested=True)
    assert nobody == Undecided("nobody with write permission has approved it yet")
    here = decide_with_rules(pull, HEADS, ONE_REVIEW, "ada", suggested=True)
    assert here == Undecided("main asks for an approving review")
    counted = replace(pull, review_decision=ReviewDecision.APPROVED)
    assert decide_with_rules(counted, HEADS, ONE_REVIEW, "ada", suggested=True) == Approved("ada")


@pytest.mark.parametrize("suggested", [True, False])
def test_what_was_done_with_it_comes_before_what_rules_ask_for(suggested: bool) -> None:
    closed = replace(READY, state=PullRequestState.CLOSED)
    merged = replace(READY, state=PullRequestState.MERGED, merge=MERGE)
    assert decide_with_rules(closed, HEADS, ONE_REVIEW, suggested=suggested) == Closed()
    assert decide_with_rules(merged, HEADS, ONE_REVIEW, suggested=suggested) == MERGE
