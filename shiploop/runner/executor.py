"""Executes flow runs in this process: the one way in which a flow of ours ever runs."""

import logging
import threading
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun, State
from prefect.exceptions import FailedRun, ObjectNotFound, Pause
from prefect.flow_engine import run_flow
from prefect.results import ResultRecord  # type: ignore[attr-defined]  # by its docs it is public
from prefect.states import Crashed, Failed, Pending

from shiploop.bootstrap import Services
from shiploop.domain.delivery.messages import flow_run_name
from shiploop.domain.delivery.task import FailureKind, Outcome, Status, Task, Waiting, failed
from shiploop.errors import StateChanged
from shiploop.kill_points import reach
from shiploop.observability import Redactor
from shiploop.runner.failure import lacks_room, may_pass, outcome_of_error
from shiploop.runner.gaps import note_declined
from shiploop.runner.left_behind import leave_merge_queue
from shiploop.stores import keys
from shiploop.stores.outcomes import Settlement
from shiploop.stores.queue import QueueItem
from shiploop.stores.tasks import Lease
from shiploop.stores.waiting import Parking

_CLOSED_LOOP = "closed-loop"

log = logging.getLogger(__name__)


class Executor:
    """Runs tasks, and flow runs that Prefect has scheduled, and settles what a task came to."""

    def __init__(
        self,
        services: Services,
        prefect: SyncPrefectClient,
        flows: Mapping[str, Flow[..., Any]],
        deployments: Mapping[str, uuid.UUID],
        runner_id: str,
    ) -> None:
        """`flows` and `deployments` are named as in prefect.yaml."""
        results = services.settings.home.resolve() / "results"
        self._services = services
        self._prefect = prefect
        # Parameters are checked where they come in. Without a path Prefect would ask its server
        # for the storage, at the start of each run.
        self._flows = {
            name: flow.with_options(validate_parameters=False, result_storage=results)
            for name, flow in flows.items()
        }
        self._deployments = deployments
        self._runner_id = runner_id
        self._cap = services.settings.delivery_cap
        self._redact = Redactor(services.secrets).redact
        self._leaving = threading.Event()

    def leave(self) -> None:
        """Settle no task for an error any more: this process ends, and its clients with it."""
        self._leaving.set()

    def run_task(self, item: QueueItem, deliveries: int) -> None:
        """Take a task down the closed loop, and settle it.

        Raises what may pass, such as an outage of Redis or Prefect: to be called again later.
        Any other error is a bug or a setting that is missing, and ends the task at once.
        """
        task = self._load(item, deliveries)
        if task is None:
            self._services.task_queue.drop(item)  # nobody can ask for it any more
            return
        if deliveries > self._cap:
            self._give_up(task, item)
            return
        with self._services.sentry.task(task, self._services.github.repository):
            try:
                self._execute(task, item)
            except Exception as error:
                if self._leaving.is_set() or may_pass(error):
                    raise
                self._fail(task, item, error)

    def _load(self, item: QueueItem, deliveries: int) -> Task | None:
        try:
            return self._services.tasks.load(item.subject_id)
        except (KeyError, ValueError):
            # A newer version has written it, and its runners can read it: leave them the time.
            if deliveries <= self._cap:
                raise
            log.exception("nobody can read this task: it is dropped")
            return None

    def _give_up(self, task: Task, item: QueueItem) -> None:
        reason = f"{self._cap} runners have died of it"
        self._end(task, item, failed(FailureKind.CRASHED, reason), Crashed(message=reason))

    def _fail(self, task: Task, item: QueueItem, error: Exception) -> None:
        log.error("this is not tried again", exc_info=error)
        outcome = self._outcome_of_error(error)
        if self._services.tasks.hold(task.task_id, self._lease(item)):  # else it is another's
            state: State[Any] = Failed(name=str(outcome.failure_kind), message=outcome.reason)
            self._end(task, item, outcome, state)

    def _end(self, task: Task, item: QueueItem, outcome: Outcome, state: State[Any]) -> None:
        if known := self._known_flow_run(task):
            self._end_in_prefect(known, state)
        self._settle(task, item, outcome)

    def _end_in_prefect(self, run_id: uuid.UUID, state: State[Any]) -> None:
        # Left as it is, it would seem to run for ever, or be handed on again.
        with suppress(ObjectNotFound):
            self._prefect.set_flow_run_state(run_id, state, force=True)

    def _execute(self, task: Task, item: QueueItem) -> None:
        reach("taken")
        flow_run = self._flow_run_of(task)
        reach("flow-run-created")
        if not self._services.tasks.hold(task.task_id, self._lease(item)):
            log.warning("taken over before it began")
            return
        if not self._services.tasks.start(task.task_id, _now(), prefect_run_id=str(flow_run.id)):
            self._services.task_queue.drop(item)  # it has its outcome
            return
        if flow_run.state is not None and _is_over(flow_run.state):
            flow_run = self._reopen(task, flow_run, flow_run.state)
        self._say_status(task, Status.RUNNING)
        self._services.sentry.executing(task)
        state = run_flow(
            self._flows[_CLOSED_LOOP],
            flow_run=_unobserved(flow_run),
            parameters=_parameters_of(task),
            return_type="state",
        )
        reach("flow-ended")
        match self._result_of(cast("State[Any]", state)):
            case Waiting() as waiting:
                self._park(task, item, waiting)
            case Outcome() as outcome:
                self._settle(task, item, outcome)
                reach("settled")

    def _reopen(self, task: Task, flow_run: FlowRun, state: State[Any]) -> FlowRun:
        """Let a run begin that is over for Prefect, while its task has no outcome."""
        if _cancelled(state):
            # Only the flow knows how to tidy up what was begun.
            self._services.tasks.request_cancellation(task.task_id, _now())
        else:
            # Its runner died before it could settle the task, or somebody has set the state. What
            # a state of Prefect's says of a result is never loaded: whoever may set states would
            # choose what is. The flow comes to the same end from the results of its steps.
            level = logging.INFO if task.waits else logging.WARNING
            log.log(level, "its run is %s in Prefect, without an outcome: it goes on", state.name)
        self._prefect.set_flow_run_state(flow_run.id, Pending(), force=True)
        return self._prefect.read_flow_run(flow_run.id)

    def run_scheduled(self, item: QueueItem, deliveries: int) -> None:
        """Execute a flow run that is no task's."""
        ended = True
        try:
            flow_run = self._prefect.read_flow_run(uuid.UUID(item.subject_id))
        except ObjectNotFound:
            flow_run = None
        if flow_run is None or deliveries > self._cap:
            log.error("flow run %s is given up after %d deliveries", item.subject_id, deliveries)
            reason = f"{self._cap} runners have died of it"
            self._end_in_prefect(uuid.UUID(item.subject_id), Crashed(message=reason))
        else:
            ended = self._run_to_its_end(flow_run)
        self._services.flow_queue.drop(item)
        if not ended:
            self._hand_on_if_resumed(item.subject_id)

    def _run_to_its_end(self, flow_run: FlowRun) -> bool:
        """Execute it; False when it was suspended, as one that waits for a person."""
        try:
            run_flow(self._flows[self._name_of(flow_run)], flow_run=flow_run, return_type="state")
        except Pause:
            return False
        return True

    def _hand_on_if_resumed(self, run_id: str) -> None:
        # The worker hands a resumed run on, but to no queue that it still was on.
        state = self._prefect.read_flow_run(uuid.UUID(run_id)).state
        if state is not None and state.is_pending():
            self._services.flow_queue.add_once(run_id)

    def _name_of(self, flow_run: FlowRun) -> str:
        names = {deployment_id: name for name, deployment_id in self._deployments.items()}
        if flow_run.deployment_id is None:
            raise LookupError(f"flow run {flow_run.id} belongs to no deployment of ours")
        return names[flow_run.deployment_id]

    def _flow_run_of(self, task: Task) -> FlowRun:
        if known := self._known_flow_run(task):
            # Of one that has ended, as that of a parked task, Prefect keeps no record for ever.
            with suppress(ObjectNotFound):
                return self._prefect.read_flow_run(known)
        # Born Pending, so that no worker polls it; the key gives a redelivered task its own.
        return self._prefect.create_flow_run_from_deployment(
            self._deployments[_CLOSED_LOOP],
            parameters=_parameters_of(task),
            state=Pending(),
            name=flow_run_name(task.agent, task.title),
            tags=[task.task_id],
            idempotency_key=task.task_id,
        )

    def _known_flow_run(self, task: Task) -> uuid.UUID | None:
        record = self._services.tasks.read(task.task_id)
        if record is None or record.prefect_run_id is None:
            return None
        return uuid.UUID(record.prefect_run_id)

    def _settle(self, task: Task, item: QueueItem, outcome: Outcome) -> None:
        if outcome.merge is None and (known := self._services.tasks.load(task.task_id)):
            outcome = replace(outcome, merge=known.merge)
        settlement = self._services.outcomes.settle(task, self._lease(item), outcome, _now())
        log.info("%s: %s (%s)", settlement, outcome.status, outcome.reason)
        if settlement is Settlement.SETTLED:
            record = self._services.tasks.read(task.task_id)
            self._say_status(task, outcome.status, record.pr_url if record else None)
            self._services.sentry.settled(task, outcome)
            note_declined(self._services, task, outcome, _now())
            leave_merge_queue(self._services, outcome, record)

    def _park(self, task: Task, item: QueueItem, waiting: Waiting) -> None:
        parked = self._services.waiting.park(task, self._lease(item), waiting, _now())
        log.info("%s for %s (%s)", parked, waiting.waiting_for, waiting.reason)
        if parked is Parking.PARKED:
            self._say_status(task, Status.WAITING)

    def _say_status(self, task: Task, status: Status, pr_url: str | None = None) -> None:
        self._services.sentry.status_updated(task, keys.task(task.task_id), status, pr_url)

    def _lease(self, item: QueueItem) -> Lease:
        return Lease(self._runner_id, item.item_id)

    def _result_of(self, state: "State[Any]") -> Outcome | Waiting:
        if not _is_of_this_process(state):
            raise StateChanged("somebody has set the state of its run in Prefect: it goes on")
        result: object = state.result(raise_on_failure=False)
        if isinstance(result, Outcome | Waiting):
            return result
        if state.is_cancelled():
            return failed(FailureKind.CANCELLED, "cancelled in Prefect")
        ended = f"the flow ended as {state.name}: {state.message}"
        if state.is_crashed():
            if isinstance(result, BaseException):
                self._services.sentry.capture(result)
            return failed(FailureKind.CRASHED, ended)
        # A FailedRun stands for an error that Prefect has only kept in the state's words.
        if isinstance(result, Exception) and not isinstance(result, FailedRun):
            if lacks_room(result):
                raise result
            return self._outcome_of_error(result)
        return failed(FailureKind.INTERNAL, self._redact(ended))

    def _outcome_of_error(self, error: Exception) -> Outcome:
        self._services.sentry.capture(error)
        return outcome_of_error(error, self._redact)


def _unobserved(flow_run: FlowRun) -> FlowRun:
    # For a run of a deployment Prefect starts a thread with a client and a websocket of its own,
    # to hear that the run was suspended, and stops it then by an exception of no use to us: a
    # task is cancelled, never suspended. What it costs: docs/adr/0011.
    return flow_run.model_copy(update={"deployment_id": None})


def _parameters_of(task: Task) -> dict[str, Any]:
    # As they were accepted: those of the run may be changed in Prefect.
    return {"agent": task.agent, "request": dict(task.request)}


def _is_of_this_process(state: State[Any]) -> bool:
    # Of an end that Prefect tells us there are words at most, or the name of a stored result.
    if state.data is None:
        return not state.is_completed()
    return isinstance(state.data, ResultRecord | Outcome | Waiting | BaseException)


def _is_over(state: State[Any]) -> bool:
    return state.is_final() or state.is_cancelling()


def _cancelled(state: State[Any]) -> bool:
    return state.is_cancelling() or state.is_cancelled()


def _now() -> datetime:
    return datetime.now(UTC)
