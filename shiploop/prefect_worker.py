"""The runner as Prefect sees it: a worker that is online, and hands each run on to a queue."""

import asyncio
import contextlib
import logging
import os
import threading
from datetime import UTC, datetime
from typing import Any

import anyio.abc
from anyio import to_thread
from prefect.client.schemas.objects import FlowRun
from prefect.states import Completed, Failed
from prefect.workers.base import (
    BaseJobConfiguration,
    BaseVariables,
    BaseWorker,
    BaseWorkerResult,
)

from shiploop.bootstrap import services
from shiploop.domain.messages import flow_run_name
from shiploop.domain.question import QuestionProblem, check_question
from shiploop.prefect_deployments import WORK_POOL, WORK_POOL_TYPE
from shiploop.stores.intake import QueueFull

_START_AGAIN_S = 1.0
_STOP_LOOK_S = 0.2

log = logging.getLogger(__name__)


class InProcessResult(BaseWorkerResult):
    """That a run was handed on."""


class InProcessWorker(BaseWorker[BaseJobConfiguration, BaseVariables, InProcessResult]):
    """Starts nothing itself: a runner takes the run from the queue and executes it."""

    type = WORK_POOL_TYPE
    job_configuration = BaseJobConfiguration
    _description = "Runs flows inside the shiploop runner, without a process for each."

    async def run(
        self,
        flow_run: FlowRun,
        configuration: BaseJobConfiguration,
        task_status: anyio.abc.TaskStatus[int] | None = None,
    ) -> InProcessResult:
        """Hand a scheduled run on; a question that cannot be taken ends its run here."""
        question = flow_run.parameters.get("question")
        if question is None:
            await to_thread.run_sync(services().flow_queue.add, str(flow_run.id))
        else:
            refused = await to_thread.run_sync(_accept, flow_run, question)
            if refused is not None:
                await self.client.set_flow_run_state(flow_run.id, refused, force=True)
            else:
                await self.client.update_flow_run(flow_run.id, name=flow_run_name(question))
        if task_status is not None:
            task_status.started(os.getpid())
        return InProcessResult(identifier=str(flow_run.id), status_code=0)


def run_worker(stopping: threading.Event) -> None:
    """Be online in Prefect until told to stop; blocks, so it wants a thread of its own."""
    while not stopping.is_set():
        try:
            asyncio.run(_work_until(stopping))
        except Exception:
            log.exception("the Prefect worker has stopped, and starts again")
            stopping.wait(_START_AGAIN_S)


async def _work_until(stopping: threading.Event) -> None:
    worker = InProcessWorker(work_pool_name=WORK_POOL)
    working = asyncio.create_task(worker.start(printer=log.info))
    while not stopping.is_set() and not working.done():
        await asyncio.sleep(_STOP_LOOK_S)
    working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working


def _accept(flow_run: FlowRun, text: object) -> Any:  # noqa: ANN401 - Prefect's State[Any]
    question = check_question(str(text))
    if isinstance(question, QuestionProblem):
        return Failed(message=question.value)
    run_id = str(flow_run.id)
    ours = services()
    accepted = ours.intake.accept(
        run_id, question, datetime.now(UTC), ours.settings.queue_limit, prefect_run_id=run_id
    )
    if isinstance(accepted, QueueFull):
        return Failed(message="too many questions wait already: try again a little later")
    if accepted.task_id != run_id:
        return Completed(name="Duplicate", message=f"asked already: task {accepted.task_id}")
    return None
