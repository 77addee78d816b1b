"""The HTTP intake: assembles the routes."""

from typing import Any, cast

import fastapi_problem_details as problem
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi_problem_details import ProblemResponse
from redis.exceptions import RedisError

from api import faq, health, webhooks
from shiploop.bootstrap import Services

_REDIS_RETRY_S = "2"


def create_app(services: Services) -> FastAPI:
    """Build the API over the given services."""
    app = FastAPI(title="shiploop", description="Questions in, verified answers in production.")
    problem.init_app(app)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(RedisError, _redis_away)
    app.state.services = services
    for router in (faq.router, webhooks.router, health.router):
        app.include_router(router)
    return app


def _invalid(_request: Request, error: Exception) -> ProblemResponse:
    # What was sent is not repeated: it may be long, and need not be encodable.
    wrong = cast(RequestValidationError, error).errors()
    return ProblemResponse(
        status=422, title="Request refused", detail="; ".join(map(_sentence, wrong))
    )


def _sentence(wrong: dict[str, Any]) -> str:
    if wrong["type"] == "json_invalid":
        return f"The body is not JSON: {wrong['ctx']['error']}"
    return f"{'.'.join(map(str, wrong['loc']))}: {wrong['msg']}"


def _redis_away(_request: Request, _error: Exception) -> ProblemResponse:
    return ProblemResponse(
        status=503,
        title="The store is away",
        detail="It is not known whether this was stored. Asking again is safe.",
        headers={"Retry-After": _REDIS_RETRY_S},
    )
