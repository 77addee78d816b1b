"""Takes a question in."""

import logging
import uuid
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response, status
from fastapi.concurrency import run_in_threadpool
from fastapi_problem_details import ProblemException
from pydantic import BaseModel, ConfigDict, Field

from api.access import limit_rate
from api.dependencies import ServicesOf
from api.problems import documented
from shiploop.agents.faq.question import (
    MAX_QUESTION_CHARACTERS,
    Question,
    QuestionProblem,
    check_question,
)
from shiploop.bootstrap import Services
from shiploop.domain.delivery.task import Status
from shiploop.observability import bound_trace
from shiploop.stores.intake import Accepted, QueueFull

_QUEUE_FULL_RETRY_S = "30"  # about what a full queue takes to shrink by a tenth

_TASK_ADDRESS = {"Location": {"description": "Where the task is.", "schema": {"type": "string"}}}

router = APIRouter(prefix="/api/agent", tags=["tasks"])

log = logging.getLogger(__name__)


class AskRequest(BaseModel):
    """A question for the FAQ."""

    model_config = ConfigDict(extra="forbid", strict=True)

    # `check_question` decides, and says in words what is wrong. No schema can say it all.
    question: Annotated[
        str,
        Field(
            description=f"1 to {MAX_QUESTION_CHARACTERS} characters on one line, "
            "with a letter or a digit among them and none that is invisible.",
            examples=["What is the worker heartbeat mechanism?"],
            json_schema_extra={"minLength": 1, "maxLength": MAX_QUESTION_CHARACTERS},
        ),
    ]


class AskResponse(BaseModel):
    """Which task a question belongs to."""

    task_id: str
    status: Status
    duplicate: bool


@router.post(
    "/faq",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[Depends(limit_rate)],
    responses={
        200: {
            "model": AskResponse,
            "description": "The question has a task already.",
            "headers": _TASK_ADDRESS,
        },
        202: {"description": "It is stored, and will be worked on.", "headers": _TASK_ADDRESS},
        **documented(400, 401, 413, 422, 429, 503),
    },
)
async def ask(body: AskRequest, response: Response, services: ServicesOf) -> AskResponse:
    """Accept a question: 202 means that it is stored durably, and will end in one outcome."""
    accepted = await _accept(_checked(body.question), services)
    response.headers["Location"] = f"/api/agent/tasks/{accepted.task_id}"
    current = Status.QUEUED
    if accepted.duplicate:
        response.status_code = status.HTTP_200_OK
        task = await run_in_threadpool(services.tasks.read, accepted.task_id)
        current = Status((task or {}).get("status", Status.QUEUED))
    with bound_trace(accepted.task_id):
        log.info("the question is a duplicate" if accepted.duplicate else "the question is taken")
    return AskResponse(task_id=accepted.task_id, status=current, duplicate=accepted.duplicate)


def _checked(text: str) -> Question:
    question = check_question(text)
    if isinstance(question, QuestionProblem):
        raise ProblemException(
            status=422, title="Question refused", detail=question.value, code=question.name.lower()
        )
    return question


async def _accept(question: Question, services: Services) -> Accepted:
    accepted = await run_in_threadpool(
        services.intake.accept,
        str(uuid.uuid4()),
        question,
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
