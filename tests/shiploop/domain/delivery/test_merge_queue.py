"""What has become of a pull request that was put into a merge queue."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.domain.delivery.merge_queue import (
    TOLD_WITHIN_S,
    InQueue,
    Left,
    LeftQueue,
    QueueStanding,
    Removal,
    decide_queued,
)
from shiploop.domain.delivery.pull_request import PullRequestState
from shiploop.domain.delivery.task import FailureKind, Merge
from tests.builders import NOON

HEAD, OTHER = "a" * 40, "b" * 40
INSIDE = QueueStanding("PR_1", PullRequestState.OPEN, HEAD, enqueued_at=NOON)
OUTSIDE = replace(INSIDE, enqueued_at=None)
MERGED = replace(OUTSIDE, state=PullRequestState.MERGED, merge=Merge(OTHER, NOON))
LATER = NOON + timedelta(seconds=5)

removals = st.builds(
    Removal, said=st.text(), at=st.datetimes().map(lambda at: at.replace(tzinfo=NOON.tzinfo))
)
standings = st.builds(
    QueueStanding,
    pull_id=st.just("PR_1"),
    state=st.sampled_from(PullRequestState),
    head_sha=st.sampled_from([HEAD, OTHER]),
    enqueued_at=st.sampled_from([None, NOON]),
    removal=st.none() | removals,
    merge=st.sampled_from([None, Merge(OTHER, NOON)]),
    other_base=st.sampled_from([None, "next"]),
)


def removed(said: str, *failed: str) -> QueueStanding:
    return replace(OUTSIDE, removal=Removal(said, LATER, failed))


def decided(standing: QueueStanding, silent_s: float = 0.0) -> Merge | InQueue | LeftQueue:
    return decide_queued(standing, HEAD, NOON, silent_s)


@given(standings, st.floats(0, 1000))
def test_what_is_merged_is_merged_whatever_else_is_told(
    standing: QueueStanding, silent_s: float
) -> None:
    decision = decided(standing, silent_s)
    if standing.merge is not None:
        assert decision == standing.merge
    elif standing.state is PullRequestState.CLOSED or standing.other_base:
        assert isinstance(decision, LeftQueue)
        assert decision.why is Left.CLOSED
    elif standing.enqueued_at is not None:
        assert decision == InQueue()


@pytest.mark.parametrize(
    ("said", "why", "kind"),
    [
        ("failed_checks", Left.RED, FailureKind.CI_FAILED),
        ("CI_FAILURE", Left.RED, FailureKind.CI_FAILED),
        ("failed checks", Left.RED, FailureKind.CI_FAILED),
        ("CI_TIMEOUT", Left.TIMED_OUT, FailureKind.CI_TIMEOUT),
        ("merge_conflict", Left.CONFLICTING, None),
        ("INVALID_MERGE_COMMIT", Left.CONFLICTING, None),
        ("manual", Left.BY_HAND, FailureKind.MERGE_REFUSED),
        ("QUEUE_CLEARED", Left.BY_HAND, FailureKind.MERGE_REFUSED),
        ("BRANCH_PROTECTIONS", Left.UNTOLD, None),
        ("what GitHub comes to say one day", Left.UNTOLD, None),
    ],
)
def test_a_removal_says_what_can_be_done(said: str, why: Left, kind: FailureKind | None) -> None:
    decision = decided(removed(said))
    assert isinstance(decision, LeftQueue)
    assert (decision.why, decision.why.failure_kind) == (why, kind)


def test_github_removes_an_entry_before_it_says_that_it_is_merged() -> None:
    assert decided(removed("merged")) == InQueue()
    assert decided(removed("MERGE"), TOLD_WITHIN_S - 1) == InQueue()
    assert decided(replace(OUTSIDE, state=PullRequestState.MERGED)) == InQueue()
    assert decided(MERGED) == Merge(OTHER, NOON)


def test_a_removal_of_an_earlier_stay_says_nothing() -> None:
    earlier = replace(OUTSIDE, removal=Removal("failed_checks", NOON - timedelta(seconds=1)))
    assert decided(earlier) == InQueue()
    # Where nobody knows when it was put in, the last one counts.
    assert isinstance(decide_queued(earlier, HEAD, None, 0.0), LeftQueue)


def test_what_is_outside_for_long_without_a_word_has_left() -> None:
    assert decided(OUTSIDE, TOLD_WITHIN_S - 1) == InQueue()
    decision = decided(OUTSIDE, TOLD_WITHIN_S)
    assert isinstance(decision, LeftQueue)
    assert decision.why is Left.UNTOLD


def test_the_checks_that_were_red_are_named() -> None:
    named = LeftQueue(Left.RED, "checks failed in the merge queue: faq-gate, lint")
    assert decided(removed("failed_checks", "faq-gate", "lint")) == named
    assert decided(removed("failed_checks")) == LeftQueue(
        Left.RED, "checks failed in the merge queue"
    )


def test_a_push_takes_it_out() -> None:
    moved = replace(removed("UNKNOWN_REMOVAL_REASON"), head_sha=OTHER)
    decision = decided(moved)
    assert isinstance(decision, LeftQueue)
    assert decision.why is Left.MOVED


def test_every_reason_of_the_webhook_is_known() -> None:
    schemas = Path(__file__).parents[4] / ".shiploop/schemas"
    (path,) = schemas.glob("openapi-webhooks-*.json")
    described = json.loads(path.read_text())["components"]["schemas"]
    words = described["webhook-pull-request-dequeued"]["properties"]["reason"]["enum"]
    untold = {word for word in words if Removal(word, NOON).left is Left.UNTOLD}
    assert untold == {"UNKNOWN_REMOVAL_REASON", "ROLL_BACK", "BRANCH_PROTECTIONS"}
