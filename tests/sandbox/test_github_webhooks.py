"""Webhooks: what is sent, how it is signed, in which order, and what faults do to it."""

import hashlib
import hmac
import queue

import pytest

from tests.sandbox.github_driver import Receiver, SandboxGitHub
from tests.until import wait_until

SECRET = "a secret"


def _hook(github: SandboxGitHub, receiver: Receiver, *events: str) -> int:
    answer = github.ada.post(
        f"{github.repo}/hooks",
        json={
            "config": {"url": receiver.url, "secret": SECRET, "content_type": "json"},
            "events": list(events) or ["*"],
        },
    )
    assert answer.status_code == 201, answer.text
    number: int = answer.json()["id"]
    return number


def test_a_new_hook_is_pinged_with_a_signature_over_the_raw_bytes(
    github: SandboxGitHub, receiver: Receiver
) -> None:
    number = _hook(github, receiver)
    ping = receiver.next("ping")
    expected = hmac.new(SECRET.encode(), ping.content, hashlib.sha256).hexdigest()
    assert ping.headers["x-hub-signature-256"] == f"sha256={expected}"
    assert len(ping.headers["x-github-delivery"]) == 36
    assert ping.headers["content-type"] == "application/json"
    assert ping.body["hook_id"] == number
    assert SECRET not in ping.content.decode()


def test_a_pull_requests_life_is_told_in_order(github: SandboxGitHub, receiver: Receiver) -> None:
    _hook(github, receiver, "pull_request", "check_run", "check_suite", "push")
    pull = github.open()
    assert receiver.next("push").body["created"] is True
    assert receiver.next("pull_request", "opened").body["number"] == pull["number"]
    assert receiver.next("check_run", "created").body["check_run"]["status"] == "queued"
    done = receiver.next("check_run", "completed").body["check_run"]
    assert (done["head_sha"], done["conclusion"]) == (pull["headRefOid"], "success")
    assert done["pull_requests"][0]["number"] == pull["number"]
    suite = receiver.next("check_suite", "completed").body["check_suite"]
    assert suite["conclusion"] == "success"
    assert github.merge(pull["number"]).status_code == 200
    pushed = receiver.next("push").body
    assert (pushed["ref"], pushed["after"]) == ("refs/heads/main", github.head())
    assert pushed["commits"][0]["modified"] == ["docs/FAQ.md"]
    closed = receiver.next("pull_request", "closed").body["pull_request"]
    assert closed["merged"] is True


def test_a_moved_head_is_told_with_before_and_after(
    github: SandboxGitHub, receiver: Receiver
) -> None:
    pull = github.open()
    _hook(github, receiver, "pull_request")
    sha = github.commit("topic", "# FAQ\n\nBetter.\n")
    moved = receiver.next("pull_request", "synchronize").body
    assert (moved["before"], moved["after"]) == (pull["headRefOid"], sha)


def test_only_the_events_that_were_asked_for_are_sent(
    github: SandboxGitHub, receiver: Receiver
) -> None:
    _hook(github, receiver, "issues")
    github.open()
    github.wait_green("topic")
    github.bot.post(f"{github.repo}/issues", json={"title": "One"})
    assert receiver.received.get(timeout=10).event == "ping"
    assert receiver.received.get(timeout=10).event == "issues"


def test_labels_comments_and_deployments_are_told(
    github: SandboxGitHub, receiver: Receiver
) -> None:
    pull = github.open()
    _hook(github, receiver)
    issue = f"{github.repo}/issues/{pull['number']}"
    github.bot.post(f"{issue}/labels", json={"labels": ["ci-failed"]})
    assert receiver.next("pull_request", "labeled").body["label"]["name"] == "ci-failed"
    github.bot.post(f"{issue}/comments", json={"body": "Why?"})
    assert receiver.next("issue_comment", "created").body["comment"]["body"] == "Why?"
    deployment = github.bot.post(
        f"{github.repo}/deployments",
        json={"ref": "main", "auto_merge": False, "required_contexts": []},
    ).json()
    assert receiver.next("deployment", "created").body["deployment"]["sha"] == github.head()
    github.bot.post(
        f"{github.repo}/deployments/{deployment['id']}/statuses",
        json={"state": "success", "environment_url": "http://127.0.0.1:9/"},
    )
    status = receiver.next("deployment_status", "created").body["deployment_status"]
    assert status["environment_url"] == "http://127.0.0.1:9/"


def test_an_inactive_hook_gets_nothing_until_it_is_active_again(
    github: SandboxGitHub, receiver: Receiver
) -> None:
    hook = f"{github.repo}/hooks/{_hook(github, receiver, 'issues')}"
    github.ada.patch(hook, json={"active": False})
    github.bot.post(f"{github.repo}/issues", json={"title": "Unheard"})
    github.ada.patch(hook, json={"active": True})
    github.bot.post(f"{github.repo}/issues", json={"title": "Heard"})
    assert receiver.next("issues").body["issue"]["title"] == "Heard"


def test_deliveries_can_be_read_and_a_dead_receiver_is_not_tried_again(
    github: SandboxGitHub, receiver: Receiver
) -> None:
    hook = f"{github.repo}/hooks/{_hook(github, receiver, 'issues')}"
    receiver.next("ping")
    github.ada.patch(
        hook, json={"config": {"url": "http://127.0.0.1:9/nobody", "content_type": "json"}}
    )
    github.bot.post(f"{github.repo}/issues", json={"title": "Unheard"})
    wait_until(lambda: len(github.ada.get(f"{hook}/deliveries").json()) == 2)
    newest, oldest = github.ada.get(f"{hook}/deliveries").json()
    assert (oldest["event"], oldest["status_code"]) == ("ping", 202)
    assert (newest["event"], newest["action"]) == ("issues", "opened")
    assert (newest["status_code"], newest["status"]) == (0, "failed to connect")


def test_fault_webhooks_lost_sends_nothing(github: SandboxGitHub, receiver: Receiver) -> None:
    _hook(github, receiver, "issues")
    receiver.next("ping")
    github.set_faults(webhooks_lost=1)
    for title in ("Lost", "Heard"):
        github.bot.post(f"{github.repo}/issues", json={"title": title})
    assert receiver.next("issues").body["issue"]["title"] == "Heard"


def test_fault_webhooks_duplicated_repeats_the_delivery_id(
    github: SandboxGitHub, receiver: Receiver
) -> None:
    _hook(github, receiver, "issues")
    receiver.next("ping")
    github.set_faults(webhooks_duplicated=1)
    github.bot.post(f"{github.repo}/issues", json={"title": "Twice"})
    first, second = receiver.next("issues"), receiver.next("issues")
    assert first.content == second.content
    assert first.headers["x-github-delivery"] == second.headers["x-github-delivery"]
    with pytest.raises(queue.Empty):
        receiver.received.get(timeout=0.2)


def test_hooks_are_hidden_from_those_who_do_not_administer(
    github: SandboxGitHub, receiver: Receiver
) -> None:
    number = _hook(github, receiver)
    assert github.bot.get(f"{github.repo}/hooks").status_code == 404
    answer = github.ada.get(f"{github.repo}/hooks/{number}").json()
    assert answer["config"]["secret"] == "********"
    again = github.ada.post(
        f"{github.repo}/hooks",
        json={"config": {"url": receiver.url, "content_type": "json"}, "events": ["push"]},
    )
    assert again.status_code == 422


def test_fault_webhooks_late_delivers_after_what_came_later(
    github: SandboxGitHub, receiver: Receiver
) -> None:
    _hook(github, receiver, "issues")
    receiver.next("ping")
    github.set_faults(webhooks_late=1)
    for title in ("Late", "In time"):
        github.bot.post(f"{github.repo}/issues", json={"title": title})
    titles = [receiver.next("issues").body["issue"]["title"] for _ in range(2)]
    assert titles == ["In time", "Late"]
