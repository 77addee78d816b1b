"""GitHub's API over HTTP: who asks, rate limit, faults, latency and the request log.

Source: https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api
"""

import asyncio
import dataclasses
import json
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.faults import Fault
from sandbox.github import media_types
from sandbox.github.accounts import Access, Account
from sandbox.github.answers import (
    json_answer,
    message_answer,
    refusal,
    reply_answer,
    with_etag,
)
from sandbox.github.graphql_api import execution
from sandbox.github.graphql_api.session import Session
from sandbox.github.rate_limit import LIMIT
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.rest.call import Call, Operation, not_found
from sandbox.github.rest.operations import OPERATIONS
from sandbox.github.state import GitHub
from sandbox.request_log import LoggedRequest, RequestLog

Endpoint = Callable[[Request], Awaitable[Response]]
# Short, so that a drill does not take the minutes that GitHub would ask for.
_LIMITED_FOR_S = 2
# GitHub has come to say it by another word: https://github.com/yanyongyu/githubkit/issues/271
_GRAPHQL_LIMITS = {
    Fault.GRAPHQL_RATE_LIMITED: "RATE_LIMITED",
    Fault.GRAPHQL_RATE_LIMIT: "RATE_LIMIT",
}
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
# The first segments of everything that https://docs.github.com/en/rest describes.
_ROOTS = (
    *("advisories", "app", "app-manifests", "applications", "apps", "assignments"),
    *("classrooms", "codes_of_conduct", "emojis", "enterprises", "events", "feeds", "gists"),
    *("gitignore", "installation", "issues", "licenses", "markdown", "marketplace_listing"),
    *("networks", "notifications", "octocat", "organizations", "orgs", "projects", "repos"),
    *("repositories", "search", "teams", "user", "users", "zen"),
)


def routes(github: GitHub, log: RequestLog) -> list[Route]:
    """Return the routes of GraphQL and of every REST operation that is modelled."""
    api = _Api(github, log)
    return [
        Route("/graphql", api.graphql, methods=["POST"]),
        *(
            Route(path, api.endpoint(operation), methods=[operation.method])
            for operation in OPERATIONS
            for path in operation.paths
        ),
        # Those that are there were given their names before: sandbox/github/renames.py.
        Route("/repositories/{id:int}{rest:path}", api.not_there, methods=_METHODS),
        *(
            Route(path, api.not_modelled, methods=_METHODS)
            for root in _ROOTS
            for path in (f"/{root}", f"/{root}/{{path:path}}")
        ),
    ]


class _Api:
    def __init__(self, github: GitHub, log: RequestLog) -> None:
        self._github = github
        self._log = log

    def endpoint(self, operation: Operation) -> Endpoint:
        async def serve(request: Request) -> Response:
            body = await request.body()
            return await self._serve(
                operation.name, request, lambda: self._rest(operation, request, body)
            )

        return serve

    async def graphql(self, request: Request) -> Response:
        asked = _graphql_request(await request.body())
        name = execution.operation_name(asked.text, asked.operation)
        return await self._serve(name, request, lambda: self._graphql(request, asked))

    async def not_there(self, request: Request) -> Response:
        operation = f"{request.method} {request.url.path}"
        return await self._serve(operation, request, lambda: refusal(not_found()))

    async def not_modelled(self, request: Request) -> Response:
        message = f"{request.method} {request.url.path} is not modelled by the sandbox"
        operation = f"{request.method} {request.url.path}"
        return await self._serve(operation, request, lambda: message_answer(501, message))

    async def _serve(
        self, operation: str, request: Request, answer: Callable[[], Response]
    ) -> Response:
        started_at, started = datetime.now(UTC), time.perf_counter()
        if (delay_ms := self._github.latency.current.github_ms) > 0:
            await asyncio.sleep(delay_ms / 1000)
        response = self._outage()
        if response is None:
            response = await run_in_threadpool(_refusals_answered, answer)
        response.headers["x-github-request-id"] = uuid.uuid4().hex.upper()[:20]
        milliseconds = round((time.perf_counter() - started) * 1000, 3)
        login = getattr(request.state, "login", None)
        self._log.add(
            LoggedRequest(operation, response.status_code, milliseconds, login, started_at)
        )
        return response

    def _outage(self) -> Response | None:
        """Return the answer of a fault that keeps GitHub from doing anything."""
        faults = self._github.faults
        if faults.take(Fault.GITHUB_503):
            return message_answer(503, "Service Unavailable")
        if faults.take(Fault.GITHUB_RATE_LIMITED):
            return message_answer(403, "API rate limit exceeded", _used_up())
        if faults.take(Fault.GITHUB_SECONDARY_LIMITED):
            message = "You have exceeded a secondary rate limit. Please wait a few minutes."
            return message_answer(403, message, {"retry-after": str(_LIMITED_FOR_S)})
        return None

    def _token_owner(self, request: Request) -> Account | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if not scheme:
            return None
        account = None
        if scheme.lower() in ("bearer", "token"):
            account = self._github.accounts.of_token(token.strip(), datetime.now(UTC))
        if account is None:
            raise RefusedError(Reason.UNAUTHORIZED, "Bad credentials")
        request.state.login = account.login
        return account

    def _app_bot(self, request: Request) -> Account:
        _, _, token = request.headers.get("authorization", "").partition(" ")
        if self._github.app_key is None:
            message = "No GitHub App: SANDBOX_APP_ID and SANDBOX_APP_PUBLIC_KEY are not set"
            raise RefusedError(Reason.NOT_MODELLED, message)
        self._github.app_key.verify(token.strip())
        return self._github.accounts.app_bot()

    def _rest(self, operation: Operation, request: Request, body: bytes) -> Response:
        viewer = self._app_bot(request) if operation.by_app else self._token_owner(request)
        version = media_types.check_version(request.headers.get("x-github-api-version"))
        call = Call(
            self._github,
            viewer,
            request.path_params,
            request.query_params,
            _json(body),
            request.url.path,
            media_types.form_of(request.headers.get("accept")),
        )
        media_types.require_modelled(call.form, operation.forms, operation.name)
        limits, login = self._github.rate_limits, viewer.login if viewer else ""
        with self._github.lock:
            _check_access(operation, call)
            if operation.changes_repository:
                call.repository.require_writable()
            try:
                reply = operation.handler(call)
            except RefusedError as error:
                return refusal(error, limits.spend(login, "core").headers())
            answer = reply_answer(reply, call.form, call.links)
            answer.headers["x-github-api-version-selected"] = version
            if operation.method == "GET":
                answer = with_etag(answer, request.headers.get("if-none-match"))
            is_free = operation.is_free or answer.status_code == 304
            answer.headers.update(limits.spend(login, "core", 0 if is_free else 1).headers())
        return answer

    def _graphql(self, request: Request, asked: "_GraphqlRequest") -> Response:
        viewer = self._token_owner(request)
        if viewer is None:
            message = "This endpoint requires you to be authenticated."
            raise RefusedError(Reason.UNAUTHORIZED, message)
        with self._github.lock:
            rate_limit = self._github.rate_limits.spend(viewer.login, "graphql")
        for fault, spelling in _GRAPHQL_LIMITS.items():
            if self._github.faults.take(fault):
                error = {"type": spelling, "message": "API rate limit already exceeded"}
                return json_answer(200, {"errors": [error]}, _used_up())
        session = Session(self._github, viewer, rate_limit)
        result = execution.run(session, asked.text, asked.variables, asked.operation)
        is_open = "createPullRequest" in (result.get("data") or {})
        if is_open and self._github.faults.take(Fault.OPEN_APPLIED_THEN_502):
            return message_answer(502, "Server Error")
        if (said := execution.not_modelled(result)) is not None:
            return json_answer(501, {"message": said, **result}, rate_limit.headers())
        return json_answer(200, result, rate_limit.headers())


@dataclasses.dataclass(frozen=True, slots=True)
class _GraphqlRequest:
    text: str
    variables: dict[str, Any]
    operation: str | None


def _used_up() -> dict[str, str]:
    return {
        "x-ratelimit-limit": str(LIMIT),
        "x-ratelimit-used": str(LIMIT),
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": str(int(time.time()) + _LIMITED_FOR_S),
    }


def _refusals_answered(answer: Callable[[], Response]) -> Response:
    try:
        return answer()
    except RefusedError as error:
        return refusal(error)


def _check_access(operation: Operation, call: Call) -> None:
    if operation.access is None or call.actor.access >= operation.access:
        return
    # What needs administration is hidden from those who lack it, rather than forbidden.
    if operation.access is Access.ADMIN:
        raise not_found()
    kind = "integration" if call.actor.kind == "Bot" else "personal access token"
    raise RefusedError(Reason.FORBIDDEN, f"Resource not accessible by {kind}")


def _json(body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    try:
        value = json.loads(body)
    except ValueError as error:
        raise RefusedError(Reason.BAD_REQUEST, "Problems parsing JSON") from error
    if not isinstance(value, dict):
        raise RefusedError(Reason.BAD_REQUEST, "Body should be a JSON object")
    return value


def _graphql_request(body: bytes) -> _GraphqlRequest:
    try:
        value = json.loads(body)
    except ValueError:
        value = None
    value = value if isinstance(value, dict) else {}
    variables = value.get("variables")
    return _GraphqlRequest(
        text=str(value.get("query") or ""),
        variables=variables if isinstance(variables, dict) else {},
        operation=value.get("operationName"),
    )
