"""The long-lived process that takes tasks off the stream and executes their flow, a thread each."""

import contextvars
import logging
import os
import signal
import socket
import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, cast

from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.context import SyncClientContext
from prefect.flow_engine import run_flow
from prefect.states import Pending
from redis.exceptions import RedisError

from flows.closed_loop import closed_loop
from shiploop.bootstrap import Services, services
from shiploop.domain.messages import flow_run_name
from shiploop.domain.run import FailureKind, Outcome, Run, failed
from shiploop.observability import configure_logging
from shiploop.prefect_deployments import apply_deployments
from shiploop.stores.intake import Entry
from shiploop.stores.tasks import Lease

_TAKE_BLOCK_MS = 500  # how soon a stop is noticed
_HEARTBEAT_S = 5.0
_REFRESHES_PER_LEASE = 3  # two may be missed before somebody else takes over
_DELIVERY_CAP = 5
_GRACE_S = 10.0  # what is not done by then, the next runner resumes
_START_AGAIN_S = 0.2
_PROJECT = Path(__file__).resolve().parent.parent

log = logging.getLogger(__name__)


class Runner:
    """Executes tasks until told to stop. The stream entry is the lease on a task."""

    def __init__(
        self,
        services: Services,
        prefect: SyncPrefectClient,
        flow: Flow[Any, Any],
        deployment_id: uuid.UUID,
        worker_id: str,
    ) -> None:
        self._services = services
        self._prefect = prefect
        self._flow = flow
        self._deployment_id = deployment_id
        self._worker_id = worker_id
        self._slots = threading.Semaphore(services.settings.runner_concurrency)
        self._held: dict[str, threading.Thread] = {}
        self._lock = threading.Lock()
        self._claim_again_at = 0.0

    def run(self, stopping: threading.Event) -> None:
        """Take tasks until told to stop, then give the running ones a grace time."""
        self._services.intake.create_group()
        self._in_background(self._keep_leases, stopping)
        self._in_background(self._beat, stopping)
        self._in_background(self._services.facts.listen, stopping)
        self._in_background(self._services.check_poll.run, stopping)
        self._in_background(self._services.documents.keep_fresh, stopping)
        log.info("runner %s takes tasks", self._worker_id)
        while not stopping.is_set():
            self._take()
        self._finish()

    def _take(self) -> None:
        if not self._slots.acquire(timeout=_TAKE_BLOCK_MS / 1000):
            return
        self._slots.release()
        try:
            entries = self._services.intake.take(self._worker_id, 1, _TAKE_BLOCK_MS)
        except RedisError as error:
            self._lost_redis(error)
            return
        for entry in entries:
            self._start(entry, self._execute)

    def _start(self, entry: Entry, execute: Callable[[Entry], None]) -> None:
        def work() -> None:
            try:
                execute(entry)
            except Exception:
                # Not settled, so it stays on the stream and is taken over: by the lease.
                log.exception("trace_id=%s was not settled, it will be resumed", entry.task_id)
            finally:
                with self._lock:
                    del self._held[entry.entry_id]
                self._slots.release()

        self._slots.acquire()
        # The copy carries Prefect's client context: without it every run makes a client of
        # its own, TLS context included.
        context = contextvars.copy_context()
        thread = threading.Thread(
            target=context.run, args=[work], name=f"task-{entry.task_id}", daemon=True
        )
        with self._lock:
            self._held[entry.entry_id] = thread
        thread.start()

    def _execute(self, entry: Entry) -> None:
        run = self._services.tasks.load_run(entry.task_id)
        if run is None:
            self._services.intake.drop(entry)  # older than a day: nobody can ask for it
            return
        flow_run = self._flow_run(run)
        self._services.tasks.start(run.task_id, _now(), prefect_run_id=str(flow_run.id))
        state = run_flow(self._flow, flow_run=flow_run, return_type="state")
        self._settle(run, entry, _outcome_of(cast("State[Outcome]", state)))

    def _give_up(self, entry: Entry) -> None:
        run = self._services.tasks.load_run(entry.task_id)
        if run is not None:
            reason = f"its runner died {_DELIVERY_CAP} times"
            self._settle(run, entry, failed(FailureKind.CRASHED, reason))

    def _settle(self, run: Run, entry: Entry, outcome: Outcome) -> None:
        lease = Lease(self._worker_id, entry.entry_id)
        settled = self._services.tasks.settle(run, lease, outcome, _now())
        log.info("trace_id=%s %s: %s (%s)", run.task_id, settled, outcome.status, outcome.reason)

    def _flow_run(self, run: Run) -> FlowRun:
        # Born Pending, so that no worker polls it; the key gives a redelivered task its own.
        return self._prefect.create_flow_run_from_deployment(
            self._deployment_id,
            parameters={"question": run.question},
            state=Pending(),
            name=flow_run_name(run.question),
            tags=[run.task_id],
            idempotency_key=run.task_id,
        )

    def _keep_leases(self, stopping: threading.Event) -> None:
        lease_s = self._services.settings.lease_s
        while not stopping.wait(lease_s / _REFRESHES_PER_LEASE):
            try:
                self._refresh()
                if time.monotonic() >= self._claim_again_at:
                    self._take_over(lease_s)
            except RedisError as error:
                self._lost_redis(error)

    def _refresh(self) -> None:
        with self._lock:
            held = list(self._held)
        for lost in self._services.intake.refresh(self._worker_id, held):
            log.warning("the lease on entry %s is somebody else's now", lost)

    def _take_over(self, lease_s: float) -> None:
        if not self._slots.acquire(blocking=False):
            return
        self._slots.release()
        for entry, deliveries in self._services.intake.take_over(
            self._worker_id, idle_ms=round(lease_s * 1000), count=1
        ):
            log.warning("trace_id=%s is taken over, delivery %d", entry.task_id, deliveries)
            self._start(entry, self._execute if deliveries <= _DELIVERY_CAP else self._give_up)

    def _beat(self, stopping: threading.Event) -> None:
        while True:
            state = "stopping" if stopping.is_set() else "ready"
            try:
                self._services.heartbeats.beat(self._worker_id, _now(), state, len(self._held))
            except RedisError as error:
                log.warning("no heartbeat could be written: %s", error)
            if stopping.wait(_HEARTBEAT_S):
                return

    def _lost_redis(self, error: RedisError) -> None:
        # Every idle time has grown while Redis was away: claim nothing until the living
        # have had the time to refresh what is theirs.
        log.warning("Redis is away: %s", error)
        self._claim_again_at = time.monotonic() + self._services.settings.lease_s
        time.sleep(_START_AGAIN_S)

    def _finish(self) -> None:
        give_up_at = time.monotonic() + _GRACE_S
        with self._lock:
            running = list(self._held.values())
        for thread in running:
            thread.join(max(0.0, give_up_at - time.monotonic()))
        self._services.heartbeats.clear(self._worker_id)

    def _in_background(
        self, loop: Callable[[threading.Event], None], stopping: threading.Event
    ) -> None:
        threading.Thread(target=loop, args=[stopping], name=loop.__name__, daemon=True).start()


def _outcome_of(state: "State[Outcome]") -> Outcome:
    result = state.result(raise_on_failure=False)
    if isinstance(result, Outcome):
        return result
    return failed(FailureKind.CRASHED, f"the flow ended as {state.name}: {state.message}")


def _now() -> datetime:
    return datetime.now(UTC)


def _wait_for(what: str, ready: Callable[[], object], stopping: threading.Event) -> None:
    said = False
    while not stopping.is_set():
        try:
            ready()
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer is to wait
            if not said:
                log.info("waiting for %s: %s", what, error)
            said = True
            stopping.wait(_START_AGAIN_S)
        else:
            return


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    configure_logging("runner")
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    ours = services()
    flow = closed_loop.with_options(
        validate_parameters=False, result_storage=ours.settings.home.resolve() / "results"
    )
    _wait_for("Redis", ours.redis.ping, stopping)
    with get_client(sync_client=True) as probe:
        _wait_for("Prefect", probe.hello, stopping)
    if stopping.is_set():
        return
    with SyncClientContext() as context:
        deployments = apply_deployments(context.client, _PROJECT)
        worker_id = f"{socket.gethostname()}-{os.getpid()}"
        Runner(ours, context.client, flow, deployments["closed-loop"], worker_id).run(stopping)


if __name__ == "__main__":
    main()
