"""Sends one request to GitHub and turns its answer into a value or an error by meaning."""

import re
import threading
import time
from collections.abc import Mapping
from typing import Any

import httpx

from shiploop.clients.github.auth import TokenSource
from shiploop.clients.github.graphql_answer import (
    GraphQLAnswer,
    decide_refusal,
    read_graphql_answer,
)
from shiploop.clients.github.redirects import send_followed
from shiploop.clients.github.refusals import decide_error, lost_answer
from shiploop.errors import (
    GitHubRateLimited,
    GitHubUnavailable,
    ShiploopError,
    TransientError,
)
from shiploop.kill_points import reach

API_VERSION = "2022-11-28"
_OPERATION_NAME = re.compile(r"^(?:query|mutation) (\w+)", re.MULTILINE)
_LONGEST_PAUSE_S = 120.0  # waited out; a longer one is an error that the task may retry


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
        if not isinstance(answer, dict):
            raise lost_answer("GitHub's GraphQL answer is no object", write=write)
        read = read_graphql_answer(answer)
        if (refusal := decide_refusal(read.errors, reply.headers, write=write)) is not None:
            self._pause_after(refusal)
            raise refusal
        return read

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
        reach(f"sending-{operation}")
        try:
            reply = send_followed(lambda at: self._send_with_token(method, at, body), url)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise GitHubUnavailable(f"GitHub could not be reached for {method} {url}") from error
        except httpx.HTTPError as error:
            raise lost_answer(f"GitHub did not answer {method} {url}", write=write) from error
        reach(f"applied-{operation}")
        error_found = decide_error(reply.status_code, reply.headers, reply.text, write=write)
        if error_found is not None:
            self._pause_after(error_found)
            raise error_found
        return reply

    def _send_with_token(
        self, method: str, url: str, body: Mapping[str, object] | None
    ) -> httpx.Response:
        token = self._token()
        reply = self._send_once(method, url, body, token)
        # A token may end within the time that it was given for. What was refused was not done.
        if reply.status_code == httpx.codes.UNAUTHORIZED and self._token.forget(token):
            reply = self._send_once(method, url, body, self._token())
        return reply

    def _send_once(
        self, method: str, url: str, body: Mapping[str, object] | None, token: str
    ) -> httpx.Response:
        headers = {
            "authorization": f"Bearer {token}",
            "accept": "application/vnd.github+json",
            "x-github-api-version": API_VERSION,
        }
        return self._http.request(method, url, json=body, headers=headers)

    def _respect_pause(self) -> None:
        with self._lock:
            left_s = self._paused_until - time.monotonic()
        if left_s > _LONGEST_PAUSE_S:
            raise GitHubRateLimited("GitHub has asked us to wait", retry_after_s=left_s)
        if left_s > 0:
            time.sleep(left_s)

    def _pause_after(self, error: ShiploopError) -> None:
        if isinstance(error, TransientError) and error.retry_after_s is not None:
            with self._lock:
                until = time.monotonic() + error.retry_after_s
                self._paused_until = max(self._paused_until, until)


def graphql_url(api_url: str) -> str:
    """The GraphQL endpoint that belongs to a REST base: GitHub Enterprise Server has its own."""
    base = api_url.rstrip("/")
    return f"{base.removesuffix('/v3')}/graphql"


def _json(reply: httpx.Response, *, write: bool) -> dict[str, Any]:
    try:
        # Most answers are objects; who asks for a list reads it as one.
        answer: dict[str, Any] = reply.json()
    except (ValueError, RecursionError) as error:  # a proxy's page, or an answer cut short
        raise lost_answer(
            f"GitHub's answer is not JSON: {reply.text[:300]}", write=write
        ) from error
    return answer
