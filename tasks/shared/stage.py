"""Which stage a task enters, and whether it may."""

from datetime import UTC, datetime

from shiploop.bootstrap import services
from shiploop.domain.delivery.task import Stage, Task
from shiploop.errors import DeadlinePassed, TaskCancelled
from shiploop.kill_points import reach
from tasks.shared.takeover import end_if_taken_over

_AFTER_THE_MERGE = frozenset({Stage.DEPLOYING, Stage.VERIFYING})


def enter_stage(task: Task, stage: Stage) -> None:
    """Note that a stage begins.

    Up to the merge, raises TaskCancelled and DeadlinePassed: what is merged is seen through.
    """
    reach(f"entering-{stage}")
    end_if_taken_over(task)
    now = datetime.now(UTC)
    services().tasks.enter_stage(task.task_id, stage, now)
    services().sentry.breadcrumb("stage", f"Entering {stage}", task_id=task.task_id)
    if stage in _AFTER_THE_MERGE:
        return
    raise_if_cancelled(task)
    if now >= task.deadline_at:
        raise DeadlinePassed(f"not merged by {task.deadline_at:%H:%M:%S} UTC, its deadline")


def raise_if_cancelled(task: Task) -> None:
    """Raise TaskCancelled when somebody has cancelled the task."""
    if services().tasks.cancellation_requested(task.task_id):
        raise TaskCancelled("cancelled on request")
