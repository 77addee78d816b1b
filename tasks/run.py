"""The run that a flow is about: who it is, and how far it has come."""

from dataclasses import replace

from prefect import runtime, task
from prefect.context import FlowRunContext
from redis.exceptions import RedisError

from shiploop.bootstrap import services
from shiploop.domain.delivery.task import Run
from shiploop.errors import UnknownTask
from tasks.merge import merged_already
from tasks.shared.durability import RETRIED


def begin_run() -> Run:
    """Load the task that this flow run belongs to. Raises UnknownTask."""
    try:
        run = load_own_run()
    except RedisError:
        return recall_run()  # it is tried again there, and here by nobody
    # A crash between GitHub's merge and our note of it: only GitHub knows then.
    if run.merge is None and runtime.flow_run.run_count > 1:
        return recall_run()
    return run  # and so nearly always: that needs no row in the UI


@task(name="recall-run", **RETRIED)
def recall_run() -> Run:
    """Load the task that this flow run belongs to, and ask GitHub whether it has merged."""
    run = load_own_run()
    return run if run.merge is not None else replace(run, merge=merged_already(run))


def load_own_run() -> Run:
    """The task of this flow run, from Redis.

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
