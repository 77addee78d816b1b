"""The run that a flow is about: who it is, and which stage it enters."""

from datetime import UTC, datetime

from prefect import task
from prefect.context import FlowRunContext

from shiploop.bootstrap import services
from shiploop.domain.run import Run, Stage
from shiploop.errors import DeadlinePassed, TaskCancelled, UnknownTask
from shiploop.kill_points import reach
from tasks.durability import RETRIED
from tasks.lease import end_if_taken_over

_AFTER_THE_MERGE = frozenset({Stage.DEPLOYING, Stage.VERIFYING})


@task(name="begin-run", **RETRIED)
def begin_run() -> Run:
    """Load the task that this flow run belongs to.

    Its id is the flow run's idempotency key, which the runner sets; a run started by hand
    has none of ours and is known by the id of the flow run itself. Raises UnknownTask.
    """
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        raise UnknownTask("this flow runs in a shiploop runner only: ask with `shiploop ask`")
    for candidate in (context.flow_run.idempotency_key, str(context.flow_run.id)):
        run = services().tasks.load_run(candidate) if candidate else None
        if run is not None:
            return run
    raise UnknownTask(f"Redis knows no task of flow run {context.flow_run.id}")


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
