"""Sends one request to GitHub and turns its answer into a value or an error by meaning."""

import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from shiploop.clients.github.auth import TokenSource
from shiploop.errors import (
    GitHubNotFound,
    GitHubRateLimited,
    GitHubRefused,
    GitHubUnauthorized,
    GitHubUnavailable,
    GitHubUncertain,
    ShiploopError,
)
from shiploop.kill_points import reach

API_VERSION = "2022-11-28"
_SECONDARY_LIMIT = "secondary rate limit"
_OPERATION_NAME = re.compile(r"^(?:query|mutation) (\w+)", re.MULTILINE)
_LONGEST_PAUSE_S = 120.0  # waited out; a longer one is an error that the task may retry
_DEFAULT_PAUSE_S = 60.0  # what GitHub asks for when a secondary limit names no time


@dataclass(frozen=True, slots=True)
class GraphQLError:
    """One entry of a GraphQL answer's `errors`."""

    type: str
    message: str
    field: str


@dataclass(frozen=True, slots=True)
class GraphQLAnswer:
    """The data of a GraphQL answer: with errors, part of it may be there all the same."""

    data: Mapping[str, Any]
    errors: tuple[GraphQLError, ...]


class GitHubTransport:
    """One connection pool and one token for all threads of a process."""

    def __init__(self, http: httpx.Client, api_url: str, token: TokenSource) -> None:
        self._http = http
        self._rest_url = api_url.rstrip("/")
        self._graphql_url = graphql_url(api_url)
        self._token = token
        self._lock = threading.Lock()
        self._paused_until = 0.0

    def rest(
        self, method: str, path: str, body: Mapping[str, object] | None = None
    ) -> dict[str, Any]:
        """Call a REST route; returns its JSON, empty for an answer without a body.

        Raises the GitHub errors of `shiploop.errors`.
        """
        write = method != "GET"
        operation = f"{method}-{'/'.join(path.split('/')[4:5]) or 'repository'}"
        reply = self._send(operation, method, f"{self._rest_url}{path}", body, write=write)
        return _json(reply, write=write) if reply.content else {}

    def graphql(self, document: str, variables: Mapping[str, object]) -> GraphQLAnswer:
        """Run a document. GraphQL errors are part of the answer, for the caller to read."""
        write = document.lstrip().startswith("mutation")
        body = {"query": document, "variables": variables}
        operation = _OPERATION_NAME.findall(document)[0]
        reply = self._send(operation, "POST", self._graphql_url, body, write=write)
        answer = _json(reply, write=write)
        errors = tuple(_graphql_error(error) for error in answer.get("errors") or ())
        if (limit := _graphql_limit(errors, reply.headers)) is not None:
            self._pause_after(limit)
            raise limit
        return GraphQLAnswer(answer.get("data") or {}, errors)

    def _send(
        self,
        operation: str,
        method: str,
        url: str,
        body: Mapping[str, object] | None,
        *,
        write: bool,
    ) -> httpx.Response:
        self._respect_pause()
        headers = {
            "authorization": f"Bearer {self._token()}",
            "accept": "application/vnd.github+json",
            "x-github-api-version": API_VERSION,
        }
        reach(f"sending-{operation}")
        try:
            reply = self._http.request(method, url, json=body, headers=headers)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise GitHubUnavailable(f"GitHub could not be reached for {method} {url}") from error
        except httpx.TransportError as error:
            raise _lost_answer(f"GitHub did not answer {method} {url}", write=write) from error
        reach(f"applied-{operation}")
        error_found = decide_error(reply.status_code, reply.headers, reply.text, write=write)
        if error_found is not None:
            self._pause_after(error_found)
            raise error_found
        return reply

    def _respect_pause(self) -> None:
        with self._lock:
            left_s = self._paused_until - time.monotonic()
        if left_s > _LONGEST_PAUSE_S:
            raise GitHubRateLimited("GitHub has asked us to wait", retry_after_s=left_s)
        if left_s > 0:
            time.sleep(left_s)

    def _pause_after(self, error: ShiploopError) -> None:
        if isinstance(error, GitHubRateLimited) and error.retry_after_s is not None:
            with self._lock:
                until = time.monotonic() + error.retry_after_s
                self._paused_until = max(self._paused_until, until)


def graphql_url(api_url: str) -> str:
    """The GraphQL endpoint that belongs to a REST base: GitHub Enterprise Server has its own."""
    base = api_url.rstrip("/")
    return f"{base.removesuffix('/v3')}/graphql"


def decide_error(
    status: int, headers: Mapping[str, str], text: str, *, write: bool
) -> ShiploopError | None:
    """What an HTTP answer means, None for success.

    Source: https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
    and, for limits, .../rate-limits-for-the-rest-api
    """
    if status < httpx.codes.MULTIPLE_CHOICES:
        return None
    said = f"GitHub answered {status}: {text[:300]}"
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return _lost_answer(said, write=write)
    if (pause_s := _asked_pause_s(status, headers, text)) is not None:
        return GitHubRateLimited(said, retry_after_s=pause_s)
    match status:
        case httpx.codes.UNAUTHORIZED | httpx.codes.FORBIDDEN:
            return GitHubUnauthorized(said)
        case httpx.codes.NOT_FOUND:
            return GitHubNotFound(said)
        case _:
            return GitHubRefused(said, status)


def _asked_pause_s(status: int, headers: Mapping[str, str], text: str) -> float | None:
    if status not in (httpx.codes.FORBIDDEN, httpx.codes.TOO_MANY_REQUESTS):
        return None
    limited = status == httpx.codes.TOO_MANY_REQUESTS or _SECONDARY_LIMIT in text
    named_s = _named_pause_s(headers)
    if named_s is None and limited:
        return _DEFAULT_PAUSE_S
    return named_s


def _named_pause_s(headers: Mapping[str, str]) -> float | None:
    if "retry-after" in headers:
        return float(headers["retry-after"])
    if headers.get("x-ratelimit-remaining") == "0":
        return max(0.0, float(headers.get("x-ratelimit-reset", "0")) - time.time())
    return None


def _graphql_limit(
    errors: tuple[GraphQLError, ...], headers: Mapping[str, str]
) -> GitHubRateLimited | None:
    """The limit that a GraphQL answer tells of: its status is 200 all the same.

    Source: https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
    """
    for error in errors:
        if error.type == "RATE_LIMITED" or _SECONDARY_LIMIT in error.message:
            named_s = _named_pause_s(headers)
            pause_s = _DEFAULT_PAUSE_S if named_s is None else named_s
            return GitHubRateLimited(error.message, retry_after_s=pause_s)
    return None


def _lost_answer(said: str, *, write: bool) -> ShiploopError:
    return GitHubUncertain(said) if write else GitHubUnavailable(said)


def _json(reply: httpx.Response, *, write: bool) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = reply.json()
    except ValueError as error:  # a proxy's page, or an answer cut short
        raise _lost_answer(
            f"GitHub's answer is not JSON: {reply.text[:300]}", write=write
        ) from error
    return answer


def _graphql_error(error: Mapping[str, Any]) -> GraphQLError:
    path: Sequence[object] = error.get("path") or ("",)
    return GraphQLError(str(error.get("type", "")), str(error["message"]), str(path[0]))
