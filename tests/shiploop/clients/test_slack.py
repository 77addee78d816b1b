"""Slack's incoming webhook: what is said there, and what its refusals mean."""

import logging
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from shiploop.clients.slack import Slack
from shiploop.errors import SlackRefused, SlackUnavailable
from shiploop.stack.addresses import free_port
from tests.loopback import NO_TLS
from tests.sandbox_process import SandboxProcess
from tests.scripted_server import Reply, ScriptedServer

SECRET = "canary-of-the-webhook"
PATH = f"/services/T000/B000/{SECRET}"


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=5, verify=NO_TLS) as client:
        yield client


@pytest.fixture
def slack(http: httpx.Client, scripted: ScriptedServer) -> Slack:
    """A Slack that answers as it is told."""
    return Slack(http, scripted.url + PATH)


def sandbox_slack(http: httpx.Client, sandbox: SandboxProcess) -> Slack:
    http.delete(f"{sandbox.url}/_sandbox/slack").raise_for_status()
    return Slack(http, f"{sandbox.url}/services/T000/B000/{uuid.uuid4()}")


def messages(http: httpx.Client, sandbox: SandboxProcess) -> list[dict[str, Any]]:
    """What the sandbox's Slack was told."""
    answer = http.get(f"{sandbox.url}/_sandbox/slack").raise_for_status()
    return [message["payload"] for message in answer.json()]


@pytest.mark.parametrize(
    ("text", "posted"),
    [
        ("Rolled back: https://example.org/pull/7", "Rolled back: https://example.org/pull/7"),
        ("<!channel> & <@U1>", "&lt;!channel&gt; &amp; &lt;@U1&gt;"),
        ("<https://evil.example|the runbook>", "&lt;https://evil.example|the runbook&gt;"),
        ("&lt;!here&gt;", "&amp;lt;!here&amp;gt;"),
        ("故障已排除 “ok”\nzweite Zeile", "故障已排除 “ok”\nzweite Zeile"),
    ],
)
def test_a_text_is_said_as_it_stands_and_mentions_nobody(
    http: httpx.Client, sandbox: SandboxProcess, text: str, posted: str
) -> None:
    sandbox_slack(http, sandbox).say(text)
    assert messages(http, sandbox) == [{"text": posted}]


def test_a_text_that_is_too_long_is_cut_and_never_within_an_escape(
    http: httpx.Client, sandbox: SandboxProcess
) -> None:
    sandbox_slack(http, sandbox).say("<" * 100_000)
    (message,) = messages(http, sandbox)
    assert len(message["text"]) < 40_000
    assert message["text"].removesuffix(" […]").replace("&lt;", "") == ""


def test_a_slack_that_is_down_takes_the_message_later(
    http: httpx.Client, sandbox: SandboxProcess
) -> None:
    slack = sandbox_slack(http, sandbox)
    sandbox.set_faults(slack_down=1)
    with pytest.raises(SlackUnavailable, match="503"):
        slack.say("Hello.")
    assert messages(http, sandbox) == []
    slack.say("Hello.")
    assert messages(http, sandbox) == [{"text": "Hello."}]


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_an_error_of_slacks_own_may_be_over_later(
    slack: Slack, scripted: ScriptedServer, status: int
) -> None:
    scripted.replies.append(Reply(status, "rollup_error"))
    with pytest.raises(SlackUnavailable, match=f"{status}: rollup_error") as failed:
        slack.say("Hello.")
    assert failed.value.retry_after_s is None
    assert scripted.requests == [f"POST {PATH}"]


def test_a_limit_says_when_to_try_again(slack: Slack, scripted: ScriptedServer) -> None:
    scripted.replies.append(Reply(429, "rate_limited", {"Retry-After": "30"}))
    with pytest.raises(SlackUnavailable) as failed:
        slack.say("Hello.")
    assert failed.value.retry_after_s == 30.0


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, "invalid_payload"),
        (403, "action_prohibited"),
        (403, "invalid_token"),
        (404, "no_service"),
        (410, "channel_is_archived"),
        (302, ""),
    ],
)
def test_a_webhook_that_is_no_good_is_refused_with_slacks_reason(
    slack: Slack, scripted: ScriptedServer, status: int, reason: str
) -> None:
    scripted.replies.append(Reply(status, reason))
    with pytest.raises(SlackRefused, match=f"{status}: {reason or 'no reason given'}"):
        slack.say("Hello.")


@pytest.mark.parametrize("url", [SECRET, f"ftp://{SECRET}", f"http://x:{SECRET}/", "https://"])
def test_what_is_no_url_is_refused(http: httpx.Client, url: str) -> None:
    slack = Slack(http, url)
    with pytest.raises((SlackRefused, SlackUnavailable)) as failed:
        slack.say("Hello.")
    assert SECRET not in str(failed.value)


def test_the_url_is_in_no_error_and_in_no_log(
    slack: Slack, scripted: ScriptedServer, http: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    page = f"<html>cannot reach {PATH}</html>"
    scripted.replies.extend([Reply(502, page), Reply(403, page), Reply(200, "ok")])
    caplog.set_level(logging.INFO, logger="shiploop")
    caplog.set_level(logging.WARNING, logger="httpx")  # as `configure_logging` has it
    errors: list[BaseException] = []
    nobody = Slack(http, f"http://127.0.0.1:{free_port()}{PATH}")
    for one in (slack, slack, slack, slack, nobody):
        try:
            one.say("Hello.")
        except (SlackRefused, SlackUnavailable) as error:
            errors.append(error)
            logging.getLogger("shiploop").error("not said", exc_info=error)
    # Twice an answer, once none, as the script had ended, and once there was nobody.
    assert [type(error) for error in errors] == [
        SlackUnavailable,
        SlackRefused,
        SlackUnavailable,
        SlackUnavailable,
    ]
    assert SECRET not in " ".join(map(str, errors))
    assert SECRET not in caplog.text
    assert caplog.text.count("Traceback") >= 4
