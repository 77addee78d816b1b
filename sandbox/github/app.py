"""The HTTP application: control panel, git, API and pages for people."""

import contextlib
from collections.abc import AsyncIterator

import anyio.to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox import control
from sandbox.github import api, git_http
from sandbox.github.answers import message_answer
from sandbox.github.state import GitHub
from sandbox.request_log import RequestLog

_API_ROOTS = frozenset(
    {"app", "apps", "graphql", "installation", "orgs", "rate_limit", "repos", "repositories"}
    | {"search", "user", "users"}
)
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_THREADS = 128


def build_app(github: GitHub, log: RequestLog) -> Starlette:
    """Return the application; what is not modelled answers 501."""
    return Starlette(
        routes=[
            *control.routes(github, log),
            *git_http.routes(github),
            *api.routes(github, log),
            Route("/{path:path}", _unknown, methods=_METHODS),
        ],
        lifespan=_lifespan,
    )


@contextlib.asynccontextmanager
async def _lifespan(_app: Starlette) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
    yield


async def _unknown(request: Request) -> Response:
    path = request.url.path
    if path.split("/")[1] in _API_ROOTS:
        message = f"{request.method} {path} is not modelled by the sandbox"
        return message_answer(501, message)
    return message_answer(404, "Not Found")
