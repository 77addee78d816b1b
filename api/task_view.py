"""A task as the API shows it."""

from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise

from pydantic import BaseModel

from shiploop.domain.run import FailureKind, Stage, Status
from shiploop.domain.timestamps import from_iso


class TaskView(BaseModel):
    """Where a task stands. Times are UTC; `stages_ms` has the stages that have ended."""

    task_id: str
    trace_id: str
    status: Status
    question: str
    created_at: datetime
    updated_at: datetime
    stage: Stage | None = None
    stages_ms: dict[str, int]
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


def view_task(task: Mapping[str, str]) -> TaskView:
    """Read the fields of a task hash."""
    known = {name: value for name, value in task.items() if name in TaskView.model_fields}
    return TaskView.model_validate({**known, "stages_ms": _stages_ms(task)})


def _stages_ms(task: Mapping[str, str]) -> dict[str, int]:
    begun = [
        (str(stage), from_iso(task[f"{stage}_at"])) for stage in Stage if f"{stage}_at" in task
    ]
    points = [("queued", from_iso(task["created_at"])), *sorted(begun, key=lambda one: one[1])]
    # What comes after the last stage is bookkeeping, and no part of it.
    if end := task.get("ended_at", task.get("settled_at")):
        points.append(("ended", from_iso(end)))
    return {
        name: round((after - at).total_seconds() * 1000)
        for (name, at), (_, after) in pairwise(points)
    }
