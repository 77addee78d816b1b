"""The HTTP intake: assembles the routes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from redis.asyncio import Redis as AsyncRedis

from api import events, health, metrics, people, tasks, upkeep, webhooks
from api.background import start_loop
from api.body_limit import BodyLimit
from api.dependencies import Reading
from api.intake import routes_of
from api.open_files import watch_open_files
from api.problems import answer_with_problems
from api.rate_limits import RateLimits
from api.request_log import RequestLog
from api.runner_watch import RunnerWatch
from shiploop.bootstrap import Services, required
from shiploop.stores.events import EventFeed, Events
from shiploop.stores.task_index import TaskIndex
from webguard.guard import Guard

_BODY_LIMIT = 16 * 1024  # bytes: more than any question takes
# https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap
_BODY_LIMITS = {"/webhooks/": 25 * 1024 * 1024}


def create_app(services: Services) -> FastAPI:
    """Build the API over the given services."""
    app = FastAPIOffline(
        title="shiploop",
        description="Questions in, verified answers in production.",
        lifespan=_in_background,
    )
    settings = services.settings
    app.state.services = services
    app.state.rate_limits = RateLimits(
        services.redis, settings.rate_limit_per_key, settings.rate_limit_per_address
    )
    answer_with_problems(app)
    app.include_router(routes_of(services.agents.all()))
    app.include_router(upkeep.routes_of(services.agents.all()))
    for routes in (tasks, people, events, metrics, webhooks, health):
        app.include_router(routes.router)
    app.add_middleware(BodyLimit, limit=_BODY_LIMIT, limits=_BODY_LIMITS)
    # GitHub delivers to whatever name leads here, and signs what it sends.
    app.add_middleware(Guard, names=settings.host_names(), signed_path=webhooks.PATH)
    app.add_middleware(RequestLog)
    return app


@asynccontextmanager
async def _in_background(app: FastAPI) -> AsyncIterator[None]:
    services: Services = app.state.services
    async with _subscriber(services) as redis:
        feed = EventFeed(redis)
        app.state.reading = Reading(Events(services.redis), feed, TaskIndex(services.redis))
        loops = [
            start_loop("EventFeed.listen", feed.listen()),
            start_loop("RunnerWatch.watch", RunnerWatch(services).watch()),
            start_loop("watch_open_files", watch_open_files()),
        ]
        try:
            yield
        finally:
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)


def _subscriber(services: Services) -> AsyncRedis:
    # It waits for messages without end: no time-out, but a keepalive to notice a dead peer. A
    # socket of this machine notices by itself, and knows no keepalive.
    url = required(services.settings.redis_url, "REDIS_URL")
    keepalive = {} if url.startswith("unix:") else {"socket_keepalive": True}
    return AsyncRedis.from_url(url, decode_responses=True, socket_timeout=None, **keepalive)
