"""Takes what people say of a task: that a suggestion may go on, and whether an answer is right."""

import uuid
from datetime import UTC, datetime
from typing import Annotated, assert_never

from fastapi import APIRouter, Depends, status
from fastapi_problem_details import ProblemException
from pydantic import BaseModel, ConfigDict, StringConstraints

from api.access import authenticate, limit_rate
from api.dependencies import ServicesOf
from api.problems import documented
from api.tasks import unknown
from shiploop.domain.delivery.autonomy import Harm
from shiploop.domain.limits import MAX_NOTE_CHARACTERS
from shiploop.stores.autonomy import Said
from shiploop.stores.waiting import Approval

router = APIRouter(
    prefix="/api/agent/tasks",
    tags=["tasks"],
    dependencies=[Depends(limit_rate)],
    responses=documented(401, 404, 409, 422, 429, 503),
)

KeyName = Annotated[str | None, Depends(authenticate)]


class ApproveResponse(BaseModel):
    """The task goes on within some seconds, and is merged when its required checks are green."""

    task_id: str
    approved: bool


class Feedback(BaseModel):
    """Whether what was shipped for a task is right."""

    model_config = ConfigDict(extra="forbid", strict=True)

    right: bool
    note: Annotated[str, StringConstraints(max_length=MAX_NOTE_CHARACTERS)] = ""


class FeedbackResponse(BaseModel):
    """`counted` is false where the same was said before: each word counts once for a task."""

    task_id: str
    counted: bool


@router.post("/{task_id}/approve", status_code=status.HTTP_202_ACCEPTED)
def approve_task(task_id: uuid.UUID, services: ServicesOf, key_name: KeyName) -> ApproveResponse:
    """Let a suggestion go on that waits for a person; to approve again changes nothing."""
    by = f"the API's key {key_name}" if key_name else "somebody on this machine"
    told = services.waiting.approve(str(task_id), by, datetime.now(UTC))
    match told:
        case Approval.APPROVED:
            return ApproveResponse(task_id=str(task_id), approved=True)
        case Approval.RUNNING:
            raise _conflict(
                title="The task does not wait", detail="Nobody's word is asked for just now."
            )
        case Approval.SETTLED:
            raise _conflict(title="The task is settled", detail="It has ended: ask again.")
        case Approval.UNKNOWN:
            raise unknown(task_id)
        case _:
            assert_never(told)


@router.post(
    "/{task_id}/feedback", status_code=status.HTTP_202_ACCEPTED, responses=documented(400, 413)
)
def give_feedback(task_id: uuid.UUID, feedback: Feedback, services: ServicesOf) -> FeedbackResponse:
    """Say whether what was shipped is right. A wrong one takes the level of its kind away."""
    now, name = datetime.now(UTC), str(task_id)
    if feedback.right:
        said = services.autonomy.say_right(name, feedback.note, now)
    else:
        said = services.autonomy.say_wrong(name, Harm.FEEDBACK, feedback.note, now)
    if said is Said.UNKNOWN:
        if services.tasks.read(name) is None:
            raise unknown(task_id)
        raise _conflict(
            title="Nothing was shipped", detail="Feedback is about what is in production."
        )
    return FeedbackResponse(task_id=name, counted=said is Said.COUNTED)


def _conflict(title: str, detail: str) -> ProblemException:
    return ProblemException(status=409, title=title, detail=detail)
