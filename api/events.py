"""Follows a task as it goes: server-sent events."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel
from redis.exceptions import RedisError

from api.access import authenticate
from api.dependencies import ReadingOf, ServicesOf
from api.problems import documented
from api.tasks import unknown
from shiploop.stores.events import FIRST, EventKind, TaskEvent

_LOOK_ANYWAY_S = 5.0  # should a message of Redis have been lost without anybody noticing

router = APIRouter(
    prefix="/api/agent/tasks",
    tags=["tasks"],
    dependencies=[Depends(authenticate)],
    responses=documented(401, 404, 422, 503),
)


class EventView(BaseModel):
    """One change of a task, with those of its fields that are new or different."""

    kind: EventKind
    at: datetime
    changes: dict[str, str]


def _known_task(task_id: uuid.UUID, services: ServicesOf) -> str:
    if services.tasks.read(str(task_id)) is None:
        raise unknown(task_id)
    return str(task_id)


@router.get("/{task_id}/events", response_class=EventSourceResponse)
async def follow_task(
    task_id: Annotated[str, Depends(_known_task)],
    reading: ReadingOf,
    last_event_id: Annotated[
        str, Header(pattern=r"^[0-9]{1,19}-[0-9]{1,19}$", description="The last one seen.")
    ] = FIRST,
) -> AsyncIterator[ServerSentEvent]:
    """Tell all that has happened to a task and then what happens, until it is settled.

    Each event is named by its kind. After `settled` the stream ends, and an `EventSource`
    has to be closed. Should it end before, ask again with `Last-Event-ID`.
    """
    with reading.feed.following(task_id) as changed:
        while True:
            changed.clear()  # before reading, so that what comes meanwhile is not missed
            try:
                read = await run_in_threadpool(reading.events.since, task_id, last_event_id)
            except RedisError:
                return  # the client comes back, with the id of the last event that it has
            for event in read.events:
                yield _sent(event)
                last_event_id = event.event_id
            if read.ended:
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_ANYWAY_S):
                    await changed.wait()


def _sent(event: TaskEvent) -> ServerSentEvent:
    view = EventView(kind=event.kind, at=event.at, changes=event.changes)
    return ServerSentEvent(data=view, event=event.kind, id=event.event_id)
