"""What the routes are given."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from api.rate_limits import RateLimits
from shiploop.bootstrap import Services
from shiploop.stores.events import EventFeed, Events
from shiploop.stores.task_index import TaskIndex


@dataclass(frozen=True, slots=True)
class Reading:
    """The stores that only the API reads."""

    events: Events
    feed: EventFeed
    task_index: TaskIndex


# Async, although they wait for nothing: FastAPI gives each other kind a turn in a thread.
async def _services(request: Request) -> Services:
    return cast(Services, request.app.state.services)


async def _rate_limits(request: Request) -> RateLimits:
    return cast(RateLimits, request.app.state.rate_limits)


async def _reading(request: Request) -> Reading:
    return cast(Reading, request.app.state.reading)


ServicesOf = Annotated[Services, Depends(_services)]
RateLimitsOf = Annotated[RateLimits, Depends(_rate_limits)]
ReadingOf = Annotated[Reading, Depends(_reading)]
