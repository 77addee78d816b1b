"""The task that a flow is about: who it is, and how far it has come."""

from dataclasses import replace

import prefect
from prefect import runtime
from prefect.cache_policies import NO_CACHE
from prefect.context import FlowRunContext
from redis.exceptions import RedisError

from shiploop.bootstrap import services
from shiploop.domain.delivery.task import Task
from shiploop.errors import UnknownTask
from tasks.shared.durability import RETRIED
from tasks.shared.merge import merged_already


def begin_task() -> Task:
    """Load the task that this flow run belongs to. Raises UnknownTask."""
    try:
        task = load_own_task()
    except RedisError:
        return recall_task()  # it is tried again there, and here by nobody
    # A crash between GitHub's merge and our note of it: only GitHub knows then.
    if task.merge is None and runtime.flow_run.run_count > 1:
        return recall_task()
    return task  # and so nearly always: that needs no row in the UI


@prefect.task(name="recall-task", cache_policy=NO_CACHE, **RETRIED)  # it is asked anew each time
def recall_task() -> Task:
    """Load the task that this flow run belongs to, and ask GitHub whether it has merged."""
    task = load_own_task()
    return task if task.merge is not None else replace(task, merge=merged_already(task))


def load_own_task() -> Task:
    """The task of this flow run, from Redis.

    Its id is the flow run's idempotency key, which the runner sets; a flow run started by hand
    has none of ours, and its task is known by the id of the flow run itself. Raises UnknownTask.
    """
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        raise UnknownTask("this flow runs in a shiploop runner only: ask with `shiploop ask`")
    for candidate in (context.flow_run.idempotency_key, str(context.flow_run.id)):
        task = services().tasks.load(candidate) if candidate else None
        if task is not None:
            return task
    raise UnknownTask(f"Redis knows no task of flow run {context.flow_run.id}")
