"""The control panel: latency, faults, and the log of requests."""

import time

import pytest

from tests.sandbox.conftest import SLACK_WEBHOOK
from tests.sandbox.github_driver import SandboxGitHub


def test_latency_delays_every_answer_of_the_api(github: SandboxGitHub) -> None:
    github.set_latency(github_ms=150)
    assert github.bot.get("/_sandbox/latency").json() == {
        "github_ms": 150,
        "llm_ms": 0,
        "ci_ms": 20,
        "deploy_ms": 0,
    }
    for call in (
        lambda: github.bot.get(github.repo),
        lambda: github.graphql("query V { viewer { login } }", {}),
    ):
        started = time.monotonic()
        call()
        assert time.monotonic() - started >= 0.15


@pytest.mark.parametrize("body", [{"github_ms": -1}, {"nothing": 1}, {"ci_ms": "1"}])
def test_a_latency_that_is_none_is_refused(github: SandboxGitHub, body: dict[str, object]) -> None:
    assert github.bot.put("/_sandbox/latency", json=body).status_code == 422


def test_faults_are_used_up(github: SandboxGitHub) -> None:
    github.set_faults(github_503=2, webhooks_lost=None)
    assert github.bot.get("/_sandbox/faults").json() == {
        "github_503": {"times": 2},
        "webhooks_lost": {"times": None},
    }
    assert [github.bot.get(github.repo).status_code for _ in range(3)] == [503, 503, 200]
    assert github.bot.delete("/_sandbox/faults").json() == {}


def test_fault_github_503_does_nothing(github: SandboxGitHub) -> None:
    github.set_faults(github_503=1)
    assert github.bot.post(f"{github.repo}/issues", json={"title": "One"}).status_code == 503
    assert github.bot.get(f"{github.repo}/issues").json() == []


@pytest.mark.parametrize(
    ("fault", "header"),
    [("github_rate_limited", "x-ratelimit-reset"), ("github_secondary_limited", "retry-after")],
)
def test_rate_limit_faults_say_when_to_come_back(
    github: SandboxGitHub, fault: str, header: str
) -> None:
    github.set_faults(**{fault: 1})
    answer = github.bot.get(github.repo)
    assert answer.status_code == 403
    assert int(answer.headers[header]) > 0


def test_other_processes_take_faults(github: SandboxGitHub) -> None:
    github.set_faults(bad_deploy=1)
    url = "/_sandbox/faults/bad_deploy/take"
    assert [github.bot.post(url).json()["taken"] for _ in range(2)] == [True, False]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"nothing": {"times": 1}}, 422),
        ({"ci_red": {"times": 0}}, 422),
        ({"ci_red": 1}, 422),
    ],
)
def test_unknown_faults_are_422(
    github: SandboxGitHub, body: dict[str, object], status: int
) -> None:
    assert github.bot.put("/_sandbox/faults", json=body).status_code == status
    assert github.bot.post("/_sandbox/faults/nothing/take").status_code == 422


def test_what_slack_was_told_can_be_read_and_cleared(github: SandboxGitHub) -> None:
    url = f"/services/{SLACK_WEBHOOK}"
    payload = {"text": "Rolling back", "blocks": [{"type": "divider"}]}
    assert github.anonymous.post(url, json=payload).text == "ok"
    assert github.anonymous.post(url, json={"text": "Rolled back"}).text == "ok"
    told = github.bot.get("/_sandbox/slack").json()
    assert [(message["text"], message["payload"]) for message in told] == [
        ("Rolling back", payload),
        ("Rolled back", {"text": "Rolled back"}),
    ]
    assert told[0]["at"] <= told[1]["at"]
    assert told[0]["at"].endswith("+00:00")
    assert github.bot.delete("/_sandbox/slack").status_code == 204
    assert github.bot.get("/_sandbox/slack").json() == []


def test_fault_slack_down_drops_as_many_messages_as_it_has_times(github: SandboxGitHub) -> None:
    github.set_faults(slack_down=2)
    posted = [
        github.anonymous.post(f"/services/{SLACK_WEBHOOK}", json={"text": str(number)}).status_code
        for number in range(3)
    ]
    assert posted == [503, 503, 200]
    assert [message["text"] for message in github.bot.get("/_sandbox/slack").json()] == ["2"]


def test_every_call_of_the_api_is_logged(github: SandboxGitHub) -> None:
    github.bot.delete("/_sandbox/requests")
    github.graphql("query Viewer { viewer { login } }", {})
    github.merge(9)
    github.anonymous.get(f"{github.repo}/git/ref/heads/main")
    logged = github.bot.get("/_sandbox/requests").json()
    assert [(call["operation"], call["status"], call["login"]) for call in logged] == [
        ("Viewer", 200, "shiploop-bot"),
        ("PUT /repos/{owner}/{repo}/pulls/{number}/merge", 404, "shiploop-bot"),
        ("GET /repos/{owner}/{repo}/git/ref/{ref}", 200, None),
    ]
    assert all(0 <= call["milliseconds"] < 5000 for call in logged)
