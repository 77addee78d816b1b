"""The HTTP application: control panel, Slack, OpenAI, git, API and pages for people."""

import contextlib
from collections.abc import AsyncIterator

import anyio.to_thread
from starlette.applications import Starlette
from starlette.middleware import Middleware

from sandbox import app_registration, control, openai, pages, slack
from sandbox.github import api, git_http
from sandbox.github.renames import Renames
from sandbox.github.state import GitHub
from sandbox.openai import OpenAI
from sandbox.request_log import RequestLog
from sandbox.slack import Slack

_THREADS = 128


def build_app(github: GitHub, log: RequestLog, channel: Slack) -> Starlette:
    """Return the application; the pages come last, as their paths would match anything."""
    models = OpenAI(github.faults, github.latency)
    return Starlette(
        routes=[
            *control.routes(github, log, channel, models),
            *slack.routes(channel),
            *openai.routes(models),
            *git_http.routes(github),
            *app_registration.routes(github),
            *api.routes(github, log),
            *pages.routes(github),
        ],
        middleware=[Middleware(Renames, github=github)],
        lifespan=_lifespan,
    )


@contextlib.asynccontextmanager
async def _lifespan(_app: Starlette) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
    yield
