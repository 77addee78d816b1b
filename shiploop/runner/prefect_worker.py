"""The runner as Prefect sees it: a worker that is online, and hands each run on to a queue."""

import asyncio
import contextlib
import logging
import os
import threading
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

import anyio.abc
from anyio import to_thread
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.states import Completed, Failed
from prefect.workers.base import (
    BaseJobConfiguration,
    BaseVariables,
    BaseWorker,
    BaseWorkerResult,
)
from redis.exceptions import RedisError

from shiploop.agents.registry import RequestRefused, UnknownAgent
from shiploop.bootstrap import services
from shiploop.domain.delivery.messages import flow_run_name
from shiploop.domain.delivery.task import Status
from shiploop.domain.delivery.task_record import TaskRecord
from shiploop.kill_points import reach
from shiploop.runner.prefect_deployments import WORK_POOL, WORK_POOL_TYPE
from shiploop.stores.intake import QueueFull

_START_AGAIN_S = 1.0
_REDIS_AGAIN_S = 1.0
_STOP_LOOK_S = 0.2
_SWEEP_S = 15.0
# Handing on takes milliseconds: what is pending for longer was forgotten.
_FORGOTTEN_AFTER = timedelta(seconds=10)

log = logging.getLogger(__name__)

_T = TypeVar("_T")


class _Asked(NamedTuple):
    """What a run of the loop asks, and of which agent."""

    agent: str
    fields: Mapping[str, Any]


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
        """Hand a scheduled run on."""
        reach("handing-on")
        await self._hand_on(flow_run, _asked_by(flow_run))
        if task_status is not None:
            task_status.started(os.getpid())
        return InProcessResult(identifier=str(flow_run.id), status_code=0)

    async def sweep(self) -> None:
        """Hand on the runs whose runner died between Prefect's Pending and our queue.

        Questions with an idempotency key are ours, born Pending. Handing on twice is harmless:
        a question's task has the id of the flow run, and other runs are queued once.
        """
        pending = await self.client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.PENDING])),
                expected_start_time=FlowRunFilterExpectedStartTime(
                    before_=datetime.now(UTC) - _FORGOTTEN_AFTER
                ),
            ),
            work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=[WORK_POOL])),
        )
        for flow_run in pending:
            asked = _asked_by(flow_run)
            if asked is None or flow_run.idempotency_key is None:
                await self._hand_on(flow_run, asked)

    async def _hand_on(self, flow_run: FlowRun, asked: "_Asked | None") -> None:
        if asked is None:
            await _patiently(lambda: services().flow_queue.add_once(str(flow_run.id)))
            return
        told = await _patiently(lambda: _accept_unless_over(flow_run, asked))
        if isinstance(told, str):
            await self.client.update_flow_run(flow_run.id, name=flow_run_name(asked.agent, told))
        else:
            await self.client.set_flow_run_state(flow_run.id, told, force=True)


def run_worker(stopping: threading.Event) -> None:
    """Be online in Prefect until told to stop; blocks, so it wants a thread of its own."""
    while not stopping.is_set():
        try:
            asyncio.run(_work_until(stopping))
        except Exception:
            log.exception("the Prefect worker has stopped, and starts again")
            stopping.wait(_START_AGAIN_S)


async def _work_until(stopping: threading.Event) -> None:
    # A run handed on before its time would hold a slot, and a stop of the runner, until then.
    worker = InProcessWorker(work_pool_name=WORK_POOL, prefetch_seconds=0)
    await keep_going(stopping, worker.start(printer=log.info), _keep_sweeping(worker))


async def keep_going(stopping: threading.Event, *works: Coroutine[Any, Any, None]) -> None:
    """Work until told to stop; the first that ends ends the others, and its error is raised."""
    tasks = [asyncio.create_task(work) for work in works]
    while not stopping.is_set() and not any(task.done() for task in tasks):
        await asyncio.sleep(_STOP_LOOK_S)
    for task in tasks:
        task.cancel()
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _keep_sweeping(worker: InProcessWorker) -> None:
    while True:
        await asyncio.sleep(_SWEEP_S)
        try:
            await worker.sweep()
        except Exception:
            log.exception("forgotten runs could not be looked for, the next sweep tries again")


async def _patiently(hand_on: Callable[[], _T]) -> _T:
    """Try until Redis answers: what is given up here is a run that nobody executes."""
    while True:
        try:
            return await to_thread.run_sync(hand_on)
        except RedisError as error:
            log.warning("a run waits for Redis to be handed on: %s", error)
            await asyncio.sleep(_REDIS_AGAIN_S)


def _asked_by(flow_run: FlowRun) -> _Asked | None:
    """None for a flow run of another flow than the loop."""
    given = flow_run.parameters
    if question := given.get("question"):
        return _Asked("faq", {"question": question})
    if "request" in given or "question" in given:
        return _Asked(str(given.get("agent", "")), given.get("request") or {})
    return None


def _accept_unless_over(flow_run: FlowRun, asked: _Asked) -> "State[None] | str":
    """Queue what the run asks for, and return its title; a state when the run is over at once."""
    if (task := _task_of(flow_run)) is not None:
        if task.status is Status.WAITING:
            return Failed(message=f"task {task.task_id} waits for a person: approve it instead")
        if not task.status.settled:
            return task.title
        return Failed(message=f"task {task.task_id} is settled as {task.status}: ask again")
    ours, run_id = services(), str(flow_run.id)
    try:
        request = ours.agents.ask(*asked)
    except (UnknownAgent, RequestRefused) as error:
        return Failed(message=str(error))
    accepted = ours.intake.accept(
        run_id, request, datetime.now(UTC), ours.settings.queue_limit, prefect_run_id=run_id
    )
    if isinstance(accepted, QueueFull):
        return Failed(message="too many questions wait already: try again a little later")
    if accepted.task_id != run_id:
        return Completed(name="Duplicate", message=f"asked already: task {accepted.task_id}")
    return request.title


def _task_of(flow_run: FlowRun) -> TaskRecord | None:
    """The task that the run belongs to already, as when somebody retries it in the UI."""
    tasks = services().tasks
    owner = tasks.read(flow_run.idempotency_key) if flow_run.idempotency_key else None
    return owner or tasks.read(str(flow_run.id))
