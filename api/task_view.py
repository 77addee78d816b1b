"""A task as the API shows it."""

from datetime import UTC, datetime

from pydantic import BaseModel

from shiploop.domain.delivery.change import Level
from shiploop.domain.delivery.stages import stages_ms, waited_ms
from shiploop.domain.delivery.task import FailureKind, Stage, Status, WaitingFor
from shiploop.domain.delivery.task_record import TaskRecord


class SectionView(BaseModel):
    """A section of the documents."""

    path: str
    anchor: str
    title: str


class TaskView(BaseModel):
    """Where a task stands. Times are UTC; `stages_ms` has the stages that have ended.

    `closest` has the sections that come nearest to a question that was declined. `level` says who
    decides on it, `kind` as which kind of answer, and `reasons` why; `expires_at` is until when
    somebody may, and `waited_ms` how long it has been parked.
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
    level: Level | None = None
    kind: str | None = None
    reasons: list[str] | None = None
    waiting_for: WaitingFor | None = None
    waited_ms: int | None = None
    expires_at: datetime | None = None
    approved_by: str | None = None
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


_AS_RECORDED = TaskView.model_fields.keys() - {"question", "stages_ms", "waited_ms"}


def view_task(task: TaskRecord) -> TaskView:
    """Show what is kept of a task."""
    known = {name: getattr(task, name) for name in _AS_RECORDED}
    told = {**known, "question": task.title, "stages_ms": stages_ms(task)}
    if task.waits:
        told["waited_ms"] = waited_ms(task, task.settled_at or datetime.now(UTC))
    return TaskView.model_validate(told, from_attributes=True)
