"""Sentry's issues: which of them a deploy may have brought."""

import json
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from shiploop.clients.sentry_issues import SentryIssues
from shiploop.domain.timestamps import iso_ms
from shiploop.errors import SentryRefused, SentryUnavailable
from shiploop.stack.addresses import free_port
from tests.builders import NOON
from tests.loopback import NO_TLS
from tests.scripted_server import Reply, ScriptedServer

TOKEN = "canary-of-the-token"


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=5, verify=NO_TLS) as client:
        yield client


@pytest.fixture
def issues(http: httpx.Client, scripted: ScriptedServer) -> SentryIssues:
    return SentryIssues(http, f"{scripted.url}/", "acme/docs-site", TOKEN)


def page(*first_seen: str) -> Reply:
    return Reply(200, json.dumps([{"id": "1", "firstSeen": seen} for seen in first_seen]))


def test_the_unresolved_issues_of_the_project_since_a_moment_are_asked_for(
    issues: SentryIssues, scripted: ScriptedServer
) -> None:
    scripted.replies.append(page("2026-11-22T12:00:05Z", "2026-11-22T12:30:00.123456Z"))
    assert issues.new_issues_since(NOON) == 2
    (request,) = scripted.requests
    route = urlsplit(request.removeprefix("GET "))
    assert route.path == "/api/0/projects/acme/docs-site/issues/"
    assert parse_qs(route.query)["query"] == ["is:unresolved firstSeen:>=2026-11-22T12:00:00"]
    assert scripted.headers[0]["authorization"] == f"Bearer {TOKEN}"


def test_an_issue_of_before_is_not_counted_whatever_sentry_makes_of_the_search(
    issues: SentryIssues, scripted: ScriptedServer
) -> None:
    scripted.replies.append(page("2026-11-22T11:59:59Z", "2025-01-01T00:00:00Z"))
    assert issues.new_issues_since(NOON) == 0


def test_an_issue_of_the_very_second_is_counted(
    issues: SentryIssues, scripted: ScriptedServer
) -> None:
    scripted.replies.append(page("2026-11-22T12:00:00Z"))
    assert issues.new_issues_since(NOON + timedelta(milliseconds=700)) == 1


def test_no_issue_is_none(issues: SentryIssues, scripted: ScriptedServer) -> None:
    scripted.replies.append(page())
    assert issues.new_issues_since(NOON) == 0


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500),
        Reply(503),
        Reply(429),
        Reply(200, "<html>"),
        Reply(200, "{}x"),
        Reply(200, '{"detail": "odd"}'),
        Reply(200, "null"),
        Reply(200, '[{"id": "1"}]'),
        Reply(200, json.dumps([{"firstSeen": iso_ms(NOON).removesuffix("Z")}])),
    ],
)
def test_an_answer_that_says_nothing_is_no_verdict(
    issues: SentryIssues, scripted: ScriptedServer, reply: Reply
) -> None:
    scripted.replies.append(reply)
    with pytest.raises(SentryUnavailable):
        issues.new_issues_since(NOON)


def test_a_sentry_that_hangs_up_or_is_not_there_is_unavailable(
    issues: SentryIssues, http: httpx.Client
) -> None:
    gone = SentryIssues(http, f"http://127.0.0.1:{free_port()}", "acme/docs-site", TOKEN)
    for one in (issues, gone):
        with pytest.raises(SentryUnavailable) as failed:
            one.new_issues_since(NOON)
        assert TOKEN not in str(failed.value)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 302])
def test_a_token_that_may_not_read_the_issues_is_refused(
    issues: SentryIssues, scripted: ScriptedServer, status: int
) -> None:
    scripted.replies.append(Reply(status, f'{{"detail": "{TOKEN}"}}'))
    with pytest.raises(SentryRefused, match=f"{status}.*acme/docs-site") as failed:
        issues.new_issues_since(NOON)
    assert TOKEN not in str(failed.value)


def test_an_address_that_is_none_is_refused(http: httpx.Client) -> None:
    with pytest.raises(SentryRefused, match="SHIPLOOP_SENTRY_API_URL"):
        SentryIssues(http, "http://x:no-port", "acme/docs-site", TOKEN).new_issues_since(NOON)
