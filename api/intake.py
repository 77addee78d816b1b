"""Takes requests in: a route for each agent, whose body is the agent's own model."""

import logging
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Depends, Response, status
from fastapi.concurrency import run_in_threadpool
from fastapi_problem_details import ProblemException
from pydantic import BaseModel

from api.access import limit_rate
from api.dependencies import ServicesOf
from api.problems import documented
from shiploop.agents.agent import Agent
from shiploop.agents.registry import task_request
from shiploop.bootstrap import Services
from shiploop.domain.delivery.task import Status, TaskRequest
from shiploop.observability import bound_trace
from shiploop.stores.intake import Accepted, QueueFull

_QUEUE_FULL_RETRY_S = "30"  # about what a full queue takes to shrink by a tenth

_TASK_ADDRESS = {"Location": {"description": "Where the task is.", "schema": {"type": "string"}}}

log = logging.getLogger(__name__)


class AskResponse(BaseModel):
    """Which task a request belongs to."""

    task_id: str
    status: Status
    duplicate: bool


def routes_of(agents: Iterable[Agent[Any]]) -> APIRouter:
    """`POST /api/agent/NAME` for each agent."""
    router = APIRouter(prefix="/api/agent", tags=["tasks"])
    for agent in agents:
        _add_route(router, agent)
    return router


def _add_route(router: APIRouter, agent: Agent[Any]) -> None:
    async def ask(body: BaseModel, response: Response, services: ServicesOf) -> AskResponse:
        """Accept a request: 202 means that it is stored durably, and will end in one outcome."""
        accepted = await _accept(task_request(agent, body), services)
        response.headers["Location"] = f"/api/agent/tasks/{accepted.task_id}"
        if accepted.duplicate:
            response.status_code = status.HTTP_200_OK
        with bound_trace(accepted.task_id):
            log.info("the request is %s", "a duplicate" if accepted.duplicate else "taken")
        return AskResponse(
            task_id=accepted.task_id,
            status=await _status(accepted, services),
            duplicate=accepted.duplicate,
        )

    ask.__annotations__["body"] = agent.request_model
    router.post(
        f"/{agent.name}",
        status_code=status.HTTP_202_ACCEPTED,
        dependencies=[Depends(limit_rate)],
        responses={
            200: {
                "model": AskResponse,
                "description": "The request has a task already.",
                "headers": _TASK_ADDRESS,
            },
            202: {"description": "It is stored, and will be worked on.", "headers": _TASK_ADDRESS},
            **documented(400, 401, 413, 422, 429, 503),
        },
    )(ask)


async def _accept(request: TaskRequest, services: Services) -> Accepted:
    accepted = await run_in_threadpool(
        services.intake.accept,
        str(uuid.uuid4()),
        request,
        datetime.now(UTC),
        services.settings.queue_limit,
    )
    if isinstance(accepted, QueueFull):
        raise ProblemException(
            status=429,
            title="The queue is full",
            detail="Too many questions wait already. Ask again a little later.",
            headers={"Retry-After": _QUEUE_FULL_RETRY_S},
        )
    return accepted


async def _status(accepted: Accepted, services: Services) -> Status:
    if not accepted.duplicate:
        return Status.QUEUED
    task = await run_in_threadpool(services.tasks.read, accepted.task_id)
    return Status.QUEUED if task is None else task.status
