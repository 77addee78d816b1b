"""The run that a flow is about: who it is, and how far it has come."""

from dataclasses import replace

from prefect import task
from prefect.context import FlowRunContext

from shiploop.bootstrap import services
from shiploop.domain.run import Run
from shiploop.errors import UnknownTask
from tasks.durability import RETRIED, on_first_attempt
from tasks.merge import merged_already


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
            return _recalled(run)
    raise UnknownTask(f"Redis knows no task of flow run {context.flow_run.id}")


def _recalled(run: Run) -> Run:
    # A crash between GitHub's merge and our note of it: only GitHub knows then.
    if run.merge is not None or on_first_attempt():
        return run
    return replace(run, merge=merged_already(run))
