"""What people say of pull requests, read from the sandbox GitHub over HTTP."""

import uuid
from typing import Any

import httpx
import pytest

from shiploop.clients.github.auth import fixed_token
from shiploop.clients.github.reviews import Reviews
from shiploop.clients.github.transport import GitHubTransport
from shiploop.domain.delivery.opinion import Comment
from shiploop.domain.delivery.pull_request import PullRequest, PullRequestState
from shiploop.domain.delivery.review import (
    Approved,
    Closed,
    PullReview,
    Undecided,
    decide_review,
)
from shiploop.errors import DraftsUnsupported
from tests.sandbox_process import BOT_TOKEN, REPOSITORY, SandboxProcess, new_branch

ADA, EVE = "ada-token", "eve-token"  # an administrator, and one who may only read
DRAFTS = """
mutation Change($id: ID!) {
  %s(input: { pullRequestId: $id }) { clientMutationId }
}
"""


@pytest.fixture
def reviews(sandbox: SandboxProcess) -> Reviews:
    transport = GitHubTransport(sandbox.http, sandbox.url, fixed_token(BOT_TOKEN))
    return Reviews(transport, REPOSITORY, "main")


def draft(sandbox: SandboxProcess) -> PullRequest:
    github = sandbox.client()
    base = github.read_base()
    changes = {f"docs/{uuid.uuid4()}.md": b"# A page\n"}
    message = ("Add a page", "")
    return github.open_pull_request(base, new_branch(), changes, message, "", draft=True)


def write(
    sandbox: SandboxProcess, token: str, path: str, method: str = "POST", **body: Any
) -> httpx.Response:
    url = f"{sandbox.url}/repos/{REPOSITORY}{path}"
    headers = {"authorization": f"Bearer {token}"}
    return sandbox.http.request(method, url, json=body, headers=headers).raise_for_status()


def review(sandbox: SandboxProcess, pull: PullRequest, token: str, event: str) -> int:
    path = f"/pulls/{pull.number}/reviews"
    return int(write(sandbox, token, path, event=event, body="So it is.").json()["id"])


def change_draft(sandbox: SandboxProcess, pull: PullRequest, token: str, mutation: str) -> None:
    document = {"query": DRAFTS % mutation, "variables": {"id": pull.id}}
    headers = {"authorization": f"Bearer {token}"}
    sandbox.http.post(f"{sandbox.url}/graphql", json=document, headers=headers).raise_for_status()


def said_of(reviews: Reviews, pull: PullRequest) -> PullReview:
    return reviews.read([pull.id])[pull.id]


def decided(reviews: Reviews, pull: PullRequest) -> object:
    return decide_review(said_of(reviews, pull), [pull.head_sha])


def test_many_are_read_in_one_query_and_none_has_a_word_yet(
    sandbox: SandboxProcess, reviews: Reviews
) -> None:
    pulls = [draft(sandbox) for _ in range(3)]
    assert all(pull.is_draft for pull in pulls)
    sandbox.reset()
    read = reviews.read([*(pull.id for pull in pulls), "PR_of:nobody"])
    assert sandbox.operations() == ["ReadReviews"]
    assert read == {
        pull.id: PullReview(pull.id, PullRequestState.OPEN, True, pull.head_sha) for pull in pulls
    }


def test_a_writer_approves_and_an_outsider_does_not(
    sandbox: SandboxProcess, reviews: Reviews
) -> None:
    pull = draft(sandbox)
    review(sandbox, pull, EVE, "APPROVE")
    assert isinstance(decided(reviews, pull), Undecided)
    review(sandbox, pull, ADA, "COMMENT")
    assert isinstance(decided(reviews, pull), Undecided)
    number = review(sandbox, pull, ADA, "APPROVE")
    assert decided(reviews, pull) == Approved("ada")
    path = f"/pulls/{pull.number}/reviews/{number}/dismissals"
    write(sandbox, ADA, path, "PUT", message="On second thoughts")
    assert isinstance(decided(reviews, pull), Undecided)


def test_the_last_word_of_a_writer_counts(sandbox: SandboxProcess, reviews: Reviews) -> None:
    pull = draft(sandbox)
    for event in ("APPROVE", "REQUEST_CHANGES"):
        review(sandbox, pull, ADA, event)
    assert decided(reviews, pull) == Undecided("ada has asked for changes")
    review(sandbox, pull, ADA, "APPROVE")
    assert decided(reviews, pull) == Approved("ada")


def test_ready_for_review_is_a_yes_of_a_person_and_none_of_ours(
    sandbox: SandboxProcess, reviews: Reviews
) -> None:
    pull = draft(sandbox)
    change_draft(sandbox, pull, ADA, "markPullRequestReadyForReview")
    assert decided(reviews, pull) == Approved("ada")
    change_draft(sandbox, pull, ADA, "convertPullRequestToDraft")
    assert isinstance(decided(reviews, pull), Undecided)
    reviews.mark_ready(pull.id)
    assert not said_of(reviews, pull).is_draft
    assert isinstance(decided(reviews, pull), Undecided)


def test_what_a_person_has_closed_is_closed(sandbox: SandboxProcess, reviews: Reviews) -> None:
    pull = draft(sandbox)
    review(sandbox, pull, ADA, "APPROVE")
    write(sandbox, ADA, f"/pulls/{pull.number}", "PATCH", state="closed")
    assert decided(reviews, pull) == Closed()


def test_who_may_write_is_known_and_nobody_else_may(reviews: Reviews) -> None:
    answers = [reviews.may_write(login) for login in ("ada", "shiploop-bot", "eve", "nobody")]
    assert answers == [True, True, False, False]


def test_thumbs_and_comments_are_read_in_one_query(
    sandbox: SandboxProcess, reviews: Reviews
) -> None:
    pulls = [draft(sandbox), draft(sandbox)]
    issue = f"/issues/{pulls[0].number}"
    write(sandbox, EVE, f"{issue}/reactions", content="-1")
    write(sandbox, ADA, f"{issue}/reactions", content="+1")
    write(sandbox, ADA, f"{issue}/comments", body="/shiploop wrong")
    sandbox.reset()
    first, second = reviews.read_opinions([pull.id for pull in pulls])
    assert sandbox.operations() == ["ReadOpinions"]
    assert (first.thumbs_down, first.comments) == (("eve",), (Comment("ada", "/shiploop wrong"),))
    assert (second.thumbs_down, second.comments) == ((), ())


def test_a_repository_without_drafts_says_so(sandbox: SandboxProcess) -> None:
    sandbox.set_faults(drafts_unsupported=1)
    with pytest.raises(DraftsUnsupported, match="not supported"):
        draft(sandbox)
