"""Draft pull requests: opened, checked and shown as such, and never merged."""

import httpx

from tests.sandbox.github_driver import Receiver, SandboxGitHub
from tests.until import wait_until

READ = """
query Read($number: Int!) {
  repository(owner: "acme", name: "shiploop-docs") {
    pullRequest(number: $number) { isDraft mergeable mergeStateStatus }
  }
}
"""
READY = """
mutation Ready($id: ID!) {
  markPullRequestReadyForReview(input: { pullRequestId: $id }) { clientMutationId }
}
"""


def _open_by_rest(github: SandboxGitHub, **body: object) -> httpx.Response:
    ref = {"ref": "refs/heads/topic", "sha": github.head()}
    assert github.bot.post(f"{github.repo}/git/refs", json=ref).status_code == 201
    github.commit("topic", "# FAQ\n\nNew.\n")
    pull = {"title": "Re-apply", "head": "topic", "base": "main", **body}
    return github.bot.post(f"{github.repo}/pulls", json=pull)


def _state(github: SandboxGitHub, number: int) -> dict[str, object]:
    answer = github.graphql(READ, {"number": number})["data"]["repository"]["pullRequest"]
    return dict(answer)


def test_a_draft_is_opened_by_graphql(github: SandboxGitHub) -> None:
    number = github.open(draft=True)["number"]
    assert github.pull(number)["draft"] is True
    assert _state(github, number)["isDraft"] is True
    assert github.bot.get(f"{github.repo}/issues/{number}").json()["draft"] is True


def test_a_draft_is_opened_by_rest(github: SandboxGitHub) -> None:
    answer = _open_by_rest(github, draft=True)
    assert (answer.status_code, answer.json()["draft"]) == (201, True)
    assert github.bot.get(f"{github.repo}/pulls").json()[0]["draft"] is True


def test_without_being_asked_for_it_is_no_draft(github: SandboxGitHub) -> None:
    assert _open_by_rest(github).json()["draft"] is False
    assert _state(github, 1)["isDraft"] is False


def test_a_draft_is_refused_to_who_says_neither_yes_nor_no(github: SandboxGitHub) -> None:
    assert _open_by_rest(github, draft="yes").status_code == 422


def test_a_green_draft_cannot_be_merged(github: SandboxGitHub) -> None:
    pull = github.open(draft=True)
    github.wait_green("topic")
    before = github.head()
    answer = github.merge(pull["number"], sha=pull["headRefOid"])
    assert (answer.status_code, answer.json()["message"]) == (405, "Pull Request is still a draft")
    assert github.head() == before


def test_the_merge_state_of_a_mergeable_draft_is_draft(github: SandboxGitHub) -> None:
    number = github.open(draft=True)["number"]
    github.wait_green("topic")
    wait_until(lambda: _state(github, number)["mergeable"] == "MERGEABLE")
    assert _state(github, number)["mergeStateStatus"] == "DRAFT"
    assert github.pull(number)["mergeable_state"] == "draft"


def test_a_draft_that_conflicts_says_so(github: SandboxGitHub) -> None:
    number = github.open(text="# FAQ\n\nOne.\n", draft=True)["number"]
    github.commit("main", "# FAQ\n\nTwo.\n")
    wait_until(lambda: _state(github, number)["mergeStateStatus"] == "DIRTY")


def test_the_webhook_says_that_it_is_a_draft(github: SandboxGitHub, receiver: Receiver) -> None:
    config = {"url": receiver.url, "content_type": "json"}
    hook = {"name": "web", "config": config, "events": ["pull_request"]}
    assert github.ada.post(f"{github.repo}/hooks", json=hook).status_code == 201
    github.open(draft=True)
    assert receiver.next("pull_request", "opened").body["pull_request"]["draft"] is True


def test_a_draft_can_be_closed(github: SandboxGitHub) -> None:
    number = github.open(draft=True)["number"]
    url = f"{github.repo}/pulls/{number}"
    closed = github.bot.patch(url, json={"state": "closed"}).json()
    assert (closed["state"], closed["draft"]) == ("closed", True)


def test_a_draft_that_is_marked_as_ready_can_be_merged(
    github: SandboxGitHub, receiver: Receiver
) -> None:
    config = {"url": receiver.url, "content_type": "json"}
    hook = {"name": "web", "config": config, "events": ["pull_request"]}
    github.ada.post(f"{github.repo}/hooks", json=hook)
    pull = github.open(draft=True)
    answer = github.graphql(READY, {"id": pull["id"]})
    assert "errors" not in answer
    assert receiver.next("pull_request", "ready_for_review").body["number"] == pull["number"]
    github.wait_green("topic")
    assert github.merge(pull["number"]).status_code == 200
