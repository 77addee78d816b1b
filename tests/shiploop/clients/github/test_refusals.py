"""Each thing that GitHub refuses is told apart, with a sentence that says what to do."""

import time
from email.utils import formatdate

import httpx
import pytest

from shiploop.clients.github.graphql_answer import (
    GraphQLError,
    decide_refusal,
    raise_for,
    read_graphql_answer,
)
from shiploop.clients.github.limits import asked_pause_s, read_retry_after_s
from shiploop.clients.github.refusals import decide_error
from shiploop.errors import (
    GitHubNotFound,
    GitHubRateLimited,
    GitHubUnauthorized,
    GitHubUnavailable,
    GitHubUncertain,
)

ARCHIVED = "Repository was archived so is read-only."
APP = "Resource not accessible by integration"
FINE_GRAINED = "Resource not accessible by personal access token"
SAML = "Resource protected by organization SAML enforcement. You must grant your token access."
ALLOW_LIST = "the `acme` organization has an IP allow list enabled, and your IP address is not"
CLASSIC = "`acme` forbids access via a personal access token (classic). Please use a GitHub App"
SUSPENDED = "This installation has been suspended"


@pytest.mark.parametrize(
    ("status", "said", "advice"),
    [
        (401, "Bad credentials", "revoked or expired"),
        (401, "Requires authentication", "revoked or expired"),
        (403, ARCHIVED, "unarchive it"),
        (403, APP, "GitHub App's settings"),
        (403, FINE_GRAINED, "token's settings"),
        (403, SAML, "single sign-on"),
        (403, ALLOW_LIST, "IP allow list"),
        (403, CLASSIC, "another kind of token"),
        (403, SUSPENDED, "Unsuspend"),
        (403, "Sorry. Your account was suspended.", "use another one"),
        (403, "Repository access blocked", "blocked"),
        (403, "Something that GitHub has come to say since", "rights"),
    ],
)
def test_a_right_that_is_lacking_says_what_to_do(status: int, said: str, advice: str) -> None:
    last = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9999999999"}
    for headers in ({}, last) if "since" not in said else ({},):
        error = decide_error(status, httpx.Headers(headers), said, write=True)
        assert isinstance(error, GitHubUnauthorized)
        assert advice in error.advice
        assert said in str(error)
        assert advice in str(error)


def test_the_missing_right_is_named_where_github_names_it() -> None:
    headers = httpx.Headers({"x-accepted-github-permissions": "contents=write; issues=read"})
    error = decide_error(403, headers, APP, write=True)
    assert isinstance(error, GitHubUnauthorized)
    assert error.advice.endswith("this needs contents=write; issues=read")
    hostile = httpx.Headers({"x-accepted-github-permissions": "<script>"})
    assert "<script>" not in str(decide_error(403, hostile, APP, write=True))


def test_a_token_that_single_sign_on_keeps_out_is_told_by_its_header_alone() -> None:
    sso = {"x-github-sso": "required; url=https://github.com/orgs/acme/sso?token=secret"}
    error = decide_error(403, httpx.Headers(sso), "", write=False)
    assert isinstance(error, GitHubUnauthorized)
    assert "single sign-on" in error.advice
    assert "secret" not in str(error)


@pytest.mark.parametrize(
    ("said", "error_type", "advice"),
    [
        (ARCHIVED, "UNPROCESSABLE", "unarchive"),
        (APP, "FORBIDDEN", "GitHub App"),
        (FINE_GRAINED, "FORBIDDEN", "token's settings"),
        (SAML, "FORBIDDEN", "single sign-on"),
        ("eve does not have the correct permissions to execute `X`", "FORBIDDEN", "rights"),
        ("Your token has not been granted the required scopes", "INSUFFICIENT_SCOPES", "rights"),
    ],
)
def test_graphql_says_the_same_by_its_errors(said: str, error_type: str, advice: str) -> None:
    with pytest.raises(GitHubUnauthorized, match=advice):
        raise_for((GraphQLError(error_type, said, "repository"),))


def test_other_graphql_errors_keep_their_meaning() -> None:
    raise_for(())
    with pytest.raises(GitHubNotFound):
        raise_for((GraphQLError("NOT_FOUND", "Could not resolve", "repository"),))
    with pytest.raises(GitHubUncertain):
        raise_for((GraphQLError("UNPROCESSABLE", "A ref exists", "createRef"),))


@pytest.mark.parametrize("spelling", ["RATE_LIMITED", "RATE_LIMIT"])
@pytest.mark.parametrize("write", [True, False])
def test_a_limit_of_graphql_is_known_in_both_spellings(spelling: str, write: bool) -> None:
    error = GraphQLError(spelling, "slow down", "")
    refusal = decide_refusal((error,), httpx.Headers({"retry-after": "9"}), write=write)
    assert isinstance(refusal, GitHubRateLimited)
    assert refusal.retry_after_s == 9


def test_an_answer_that_github_has_cut_off_is_tried_again() -> None:
    error = GraphQLError("RESOURCE_LIMITS_EXCEEDED", "Resource limits for this query", "nodes")
    for write, kind in ((False, GitHubUnavailable), (True, GitHubUncertain)):
        assert type(decide_refusal((error,), httpx.Headers(), write=write)) is kind


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"data": None, "errors": None},
        {"data": [], "errors": "no"},
        {"errors": [None, 7, {}]},
        {"errors": [{"path": [], "message": None, "type": None}]},
    ],
)
def test_whatever_of_a_graphql_answer_is_null_it_is_read(answer: dict[str, object]) -> None:
    assert read_graphql_answer(answer).data == {}


@pytest.mark.parametrize(
    "said",
    [
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
        "You have triggered an abuse detection mechanism.",
        "API rate limit exceeded for installation ID 1.",
    ],
)
def test_a_limit_that_only_its_words_tell_of_is_waited_for_a_minute(said: str) -> None:
    assert asked_pause_s(403, {}, said) == 60
    assert asked_pause_s(404, {}, said) is None


@pytest.mark.parametrize(
    ("headers", "pause_s"),
    [
        ({"retry-after": " 7 "}, 7),
        ({"retry-after": "99999999"}, 3600),  # none of GitHub's limits is as long
        ({"retry-after": "soon"}, 60),
        ({"retry-after": "-1"}, 60),
        ({"retry-after": "7.5"}, 60),
        ({"retry-after": "Mon, 99 Foo 2026 25:00:00 GMT"}, 60),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "then"}, 60),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9" * 12}, 3600),
        ({"x-ratelimit-remaining": "1", "x-ratelimit-reset": "1"}, 60),
        ({"x-ratelimit-remaining": "0", "retry-after": "5", "x-ratelimit-reset": "1"}, 5),
    ],
)
def test_how_long_is_read_in_every_form_and_has_a_bound(
    headers: dict[str, str], pause_s: float
) -> None:
    assert asked_pause_s(429, httpx.Headers(headers), "") == pause_s


def test_a_date_is_read_by_the_clock_of_who_wrote_it() -> None:
    theirs = time.time() + 86_400  # a day off
    headers = {"retry-after": formatdate(theirs + 30, usegmt=True)}
    headers["date"] = formatdate(theirs, usegmt=True)
    assert read_retry_after_s(headers) == 30
    reset = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(theirs) + 40)}
    pause_s = asked_pause_s(403, {**reset, "date": headers["date"]}, "")
    assert pause_s is not None
    assert 39 <= pause_s <= 41


def test_a_503_says_when_to_come_back_too() -> None:
    error = decide_error(503, httpx.Headers({"retry-after": "7"}), "", write=False)
    assert isinstance(error, GitHubUnavailable)
    assert error.retry_after_s == 7
