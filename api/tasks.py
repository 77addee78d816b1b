"""Tells what became of a question, and takes it back."""

import uuid
from datetime import UTC, datetime
from typing import Annotated, assert_never

from fastapi import APIRouter, Depends, Query, status
from fastapi_problem_details import ProblemException
from pydantic import BaseModel

from api.access import authenticate, limit_rate
from api.dependencies import ReadingOf, ServicesOf
from api.problems import documented
from api.task_view import TaskView, view_task
from shiploop.stores.tasks import Cancellation

router = APIRouter(
    prefix="/api/agent/tasks",
    tags=["tasks"],
    dependencies=[Depends(authenticate)],
    responses=documented(401, 422, 503),
)


class TaskList(BaseModel):
    """A page of tasks; `next_cursor` leads to the next, and is missing on the last."""

    tasks: list[TaskView]
    next_cursor: str | None = None


class CancelResponse(BaseModel):
    """The task will end as `error` / `cancelled`, unless it ends before that."""

    task_id: str
    cancel_requested: bool


@router.get("", response_model_exclude_none=True)
def list_tasks(
    reading: ReadingOf,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[
        str | None,
        Query(pattern="^[0-9a-f]{1,14}$", description="A `next_cursor`, as it was given."),
    ] = None,
) -> TaskList:
    """List the tasks of the last day, newest first. New ones do not shift the pages."""
    page = reading.task_index.page(limit, None if cursor is None else int(cursor, 16))
    next_cursor = None if page.next_before is None else f"{page.next_before:x}"
    return TaskList(tasks=[view_task(task) for task in page.tasks], next_cursor=next_cursor)


@router.get("/{task_id}", response_model_exclude_none=True, responses=documented(404))
def read_task(task_id: uuid.UUID, services: ServicesOf) -> TaskView:
    """Tell where a task stands."""
    task = services.tasks.read(str(task_id))
    if task is None:
        raise unknown(task_id)
    return view_task(task)


@router.delete(
    "/{task_id}",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[Depends(limit_rate)],
    responses=documented(404, 409, 429),
)
def cancel_task(task_id: uuid.UUID, services: ServicesOf) -> CancelResponse:
    """Ask for a task to be cancelled: its pull request is closed, and nothing is merged any more.

    What is merged already stays merged.
    """
    told = services.tasks.request_cancellation(str(task_id), datetime.now(UTC))
    match told:
        case Cancellation.REQUESTED:
            return CancelResponse(task_id=str(task_id), cancel_requested=True)
        case Cancellation.SETTLED:
            raise ProblemException(
                status=409, title="The task is settled", detail=_how_it_ended(services, task_id)
            )
        case Cancellation.UNKNOWN:
            raise unknown(task_id)
        case _:
            assert_never(told)


def unknown(task_id: uuid.UUID) -> ProblemException:
    """The problem of a task that does not exist (any more)."""
    return ProblemException(status=404, title="No such task", detail=f"No task {task_id}.")


def _how_it_ended(services: ServicesOf, task_id: uuid.UUID) -> str:
    task = services.tasks.read(str(task_id))
    if task is None:
        return "It ended as something that has expired since."
    kind = f" ({task.failure_kind})" if task.failure_kind else ""
    return f"It ended as {task.status}{kind}."
