"""A task as the API shows it."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel, Json

from shiploop.domain.delivery.stages import stages_ms
from shiploop.domain.delivery.task import FailureKind, Stage, Status


class SectionView(BaseModel):
    """A section of the documents."""

    path: str
    anchor: str
    title: str


class TaskView(BaseModel):
    """Where a task stands. Times are UTC; `stages_ms` has the stages that have ended.

    `closest` has the sections that come nearest to a question that was declined.
    """

    task_id: str
    trace_id: str
    status: Status
    question: str
    created_at: datetime
    updated_at: datetime
    stage: Stage | None = None
    stages_ms: dict[str, int]
    generator: str | None = None
    model: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost_usd: float | None = None
    pr_url: str | None = None
    state: str | None = None
    merge_sha: str | None = None
    merged_at: datetime | None = None
    tte_ms: int | None = None
    entry_url: str | None = None
    cancel_requested_at: datetime | None = None
    settled_at: datetime | None = None
    prefect_run_id: str | None = None
    failure_kind: FailureKind | None = None
    rollback: str | None = None
    rollback_pr_url: str | None = None
    rollback_reason: str | None = None
    incident_url: str | None = None
    trb_ms: int | None = None
    error: str | None = None
    reason: str | None = None
    closest: Json[list[SectionView]] | None = None


def view_task(task: Mapping[str, str]) -> TaskView:
    """Read the fields of a task hash."""
    known = {name: value for name, value in task.items() if name in TaskView.model_fields}
    return TaskView.model_validate({**known, "stages_ms": stages_ms(task)})
