"""Takes a question in, and tells what became of it."""

import uuid
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Response, status
from fastapi_problem_details import ProblemException
from pydantic import BaseModel, ConfigDict, Field

from api.dependencies import ServicesOf
from api.task_view import TaskView, view_task
from shiploop.domain.question import MAX_QUESTION_CHARACTERS, QuestionProblem, check_question
from shiploop.domain.run import Status
from shiploop.stores.intake import QueueFull

_QUEUE_FULL_RETRY_S = "30"  # about what a full queue takes to shrink by a tenth

router = APIRouter(prefix="/api/agent", tags=["tasks"])


class AskRequest(BaseModel):
    """A question for the FAQ."""

    model_config = ConfigDict(extra="forbid", strict=True)

    # Longer ones are told so by `check_question`; this only keeps the schema honest.
    question: Annotated[
        str,
        Field(
            description=f"1 to {MAX_QUESTION_CHARACTERS} characters on one line.",
            examples=["What is the worker heartbeat mechanism?"],
        ),
    ]


class AskResponse(BaseModel):
    """Which task a question belongs to."""

    task_id: str
    status: Status
    duplicate: bool


@router.post("/faq", status_code=status.HTTP_202_ACCEPTED)
def ask(body: AskRequest, response: Response, services: ServicesOf) -> AskResponse:
    """Accept a question: 202 means that it is stored durably, and will end in one outcome."""
    question = check_question(body.question)
    if isinstance(question, QuestionProblem):
        raise ProblemException(
            status=422, title="Question refused", detail=question.value, code=question.name.lower()
        )
    accepted = services.intake.accept(
        str(uuid.uuid4()), question, datetime.now(UTC), services.settings.queue_limit
    )
    if isinstance(accepted, QueueFull):
        raise ProblemException(
            status=429,
            title="The queue is full",
            detail="Too many questions wait already. Ask again a little later.",
            headers={"Retry-After": _QUEUE_FULL_RETRY_S},
        )
    response.headers["Location"] = f"/api/agent/tasks/{accepted.task_id}"
    current = Status.QUEUED
    if accepted.duplicate:
        response.status_code = status.HTTP_200_OK
        task = services.tasks.read(accepted.task_id) or {}
        current = Status(task.get("status", Status.QUEUED))
    return AskResponse(task_id=accepted.task_id, status=current, duplicate=accepted.duplicate)


@router.get("/tasks/{task_id}", response_model_exclude_none=True)
def read_task(task_id: uuid.UUID, services: ServicesOf) -> TaskView:
    """Tell where a task stands."""
    task = services.tasks.read(str(task_id))
    if task is None:
        raise ProblemException(status=404, title="No such task", detail=f"No task {task_id}.")
    return view_task(task)
