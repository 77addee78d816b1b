"""A task as the API shows it."""

from datetime import datetime

from pydantic import BaseModel

from shiploop.domain.delivery.stages import stages_ms
from shiploop.domain.delivery.task import FailureKind, Stage, Status
from shiploop.domain.delivery.task_record import TaskRecord


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
    flaky_checks: str | None = None
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
    closest: list[SectionView] | None = None


_AS_RECORDED = TaskView.model_fields.keys() - {"question", "stages_ms"}


def view_task(task: TaskRecord) -> TaskView:
    """Show what is kept of a task."""
    known = {name: getattr(task, name) for name in _AS_RECORDED}
    told = {**known, "question": task.title, "stages_ms": stages_ms(task)}
    return TaskView.model_validate(told, from_attributes=True)
