"""Every refusal as a problem (RFC 9457), as it is answered and as it is documented."""

from typing import Any, cast

import fastapi_problem_details as problem_details
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi_problem_details import Problem, ProblemResponse
from redis.exceptions import RedisError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from shiploop.agents.agent import REFUSED

_REDIS_RETRY_S = "2"
_RETRY_AFTER = {"description": "Seconds to wait.", "schema": {"type": "integer"}}
_TITLES = {
    400: "This is not what it says it is",
    401: "No key, or none that is known",
    404: "No such task",
    409: "The task is settled, or waits for nobody's word",
    413: "The body is too long",
    422: "Something is missing, wrong or unknown",
    429: "Too many requests, or too many questions are waiting",
    503: "Redis is away",
}
# What is refused before it comes to a route: Python's own phrases change with its versions.
_TITLES_BEFORE_ROUTES = {400: "The body cannot be read", 413: _TITLES[413]}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that a route may answer with, for its `responses`."""
    return {status: _documentation(status) for status in statuses}


def answer_with_problems(app: FastAPI) -> None:
    """Make every error of the app a problem; none of them tells of our inside."""
    problem_details.init_app(app)
    del app.router.responses["default"]  # each route documents what it answers, and no more
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _before_routes)
    app.add_exception_handler(404, _no_such_route)
    app.add_exception_handler(405, _wrong_method)
    app.add_exception_handler(RedisError, _redis_away)


def unexpected() -> ProblemResponse:
    """The answer when something is wrong on our side: why is in the log only."""
    return ProblemResponse(
        status=500,
        title="Something went wrong here",
        detail="It is in the log, under the X-Request-ID of this answer.",
    )


def _documentation(status: int) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    documentation = {"description": _TITLES[status], "content": content}
    if status in (429, 503):
        documentation["headers"] = {"Retry-After": _RETRY_AFTER}
    return documentation


def _invalid(_request: Request, error: Exception) -> ProblemResponse:
    # What was sent is not repeated: it may be long, and need not be encodable.
    wrong = cast(RequestValidationError, error).errors()
    if len(wrong) == 1 and wrong[0]["type"].startswith(REFUSED):
        return _refused_by_agent(wrong[0])
    return ProblemResponse(
        status=422, title="Request refused", detail="; ".join(map(_sentence, wrong))
    )


def _refused_by_agent(wrong: dict[str, Any]) -> ProblemResponse:
    """What an agent's own model has to say of one of its fields, in its words."""
    return ProblemResponse(
        status=422,
        title=f"{str(wrong['loc'][-1]).capitalize()} refused",
        detail=wrong["msg"],
        code=wrong["type"].removeprefix(REFUSED),
    )


def _sentence(wrong: dict[str, Any]) -> str:
    if wrong["type"] == "json_invalid":
        return f"The body is not JSON: {wrong['ctx']['error']}"
    return f"{'.'.join(map(str, wrong['loc']))}: {wrong['msg']}"


def _before_routes(_request: Request, error: Exception) -> ProblemResponse:
    told = cast(HTTPException, error)
    title = _TITLES_BEFORE_ROUTES.get(told.status_code)
    return ProblemResponse(status=told.status_code, title=title, detail=told.detail)


def _no_such_route(_request: Request, _error: Exception) -> ProblemResponse:
    return ProblemResponse(
        status=404, title="No such route", detail="GET /docs shows all that there are."
    )


def _wrong_method(request: Request, _error: Exception) -> ProblemResponse:
    # Starlette names the methods of the first route that fits; a path may have several.
    allowed = [
        method
        for method in ("GET", "POST", "DELETE")
        for route in request.app.routes
        if route.matches({**request.scope, "method": method})[0] is Match.FULL
    ]
    return ProblemResponse(
        status=405,
        title="No such method here",
        detail=f"Allowed: {', '.join(allowed)}.",
        headers={"Allow": ", ".join(allowed)},  # RFC 9110, 15.5.6
    )


def _redis_away(request: Request, _error: Exception) -> ProblemResponse:
    again = "Asking again is safe."
    unknown = "" if request.method == "GET" else "It is not known whether this was stored. "
    return ProblemResponse(
        status=503,
        title="The store is away",
        detail=f"{unknown}{again}",
        headers={"Retry-After": _REDIS_RETRY_S},
    )
