"""Which stage a run enters, and whether it may."""

from datetime import UTC, datetime

from shiploop.bootstrap import services
from shiploop.domain.delivery.task import Run, Stage
from shiploop.errors import DeadlinePassed, TaskCancelled
from shiploop.kill_points import reach
from tasks.shared.lease import end_if_taken_over

_AFTER_THE_MERGE = frozenset({Stage.DEPLOYING, Stage.VERIFYING})


def enter_stage(run: Run, stage: Stage) -> None:
    """Note that a stage begins.

    Up to the merge, raises TaskCancelled and DeadlinePassed: what is merged is seen through.
    """
    reach(f"entering-{stage}")
    end_if_taken_over(run)
    now = datetime.now(UTC)
    services().tasks.enter_stage(run.task_id, stage, now)
    services().sentry.breadcrumb("stage", f"Entering {stage}", task_id=run.task_id)
    if stage in _AFTER_THE_MERGE:
        return
    raise_if_cancelled(run)
    if now >= run.deadline_at:
        raise DeadlinePassed(f"not merged by {run.deadline_at:%H:%M:%S} UTC, its deadline")


def raise_if_cancelled(run: Run) -> None:
    """Raise TaskCancelled when somebody has cancelled the task."""
    if services().tasks.cancellation_requested(run.task_id):
        raise TaskCancelled("cancelled on request")
