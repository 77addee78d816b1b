"""The long-lived process that takes tasks and scheduled flow runs, and executes them itself."""

import logging
import os
import threading
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient
from redis.exceptions import RedisError

from flows.closed_loop import closed_loop
from flows.health_check import health_check
from flows.rollback import rollback
from flows.slo_review import slo_review
from flows.sweep import sweep
from shiploop.bootstrap import Services
from shiploop.domain.delivery.webhook_facts import branch_ref
from shiploop.errors import ShiploopError
from shiploop.runner.background import Background, Loop
from shiploop.runner.cancellation import CancellationWatch
from shiploop.runner.executor import Executor
from shiploop.runner.memory import resident_bytes
from shiploop.runner.notifier import Notifier
from shiploop.runner.prefect_worker import run_worker
from shiploop.runner.push_watch import PushWatch
from shiploop.runner.review_watch import ReviewWatch
from shiploop.runner.worker_pool import WorkerPool
from shiploop.stores.facts import RULES

FLOWS: dict[str, Flow[..., Any]] = {
    "closed-loop": closed_loop,
    "health-check": health_check,
    "rollback": rollback,
    "slo-review": slo_review,
    "sweep": sweep,
}

_HEARTBEAT_S = 5.0
# Somebody waits for an answer of the API, and nobody for a moment's work of a task.
_NICENESS = 5
_GRACE_S = 10.0  # what is not done by then, the next runner resumes
_NOTICE_GRACE_S = 1.0  # with a channel away, a longer one would only slow down each stop
# Rollbacks and scheduled flows: never kept waiting by tasks, however many there are.
_FLOW_SLOTS = 8

log = logging.getLogger(__name__)


class Runner:
    """Works on both queues until told to stop."""

    def __init__(
        self,
        services: Services,
        prefect: SyncPrefectClient,
        deployments: Mapping[str, uuid.UUID],
    ) -> None:
        """`deployments` are the ids of those of our flows, by their names."""
        settings, runner_id = services.settings, services.runner_id
        self._services = services
        self._runner_id = runner_id
        executor = self._executor = Executor(services, prefect, FLOWS, deployments, runner_id)
        self._tasks = WorkerPool(
            services.task_queue,
            runner_id,
            settings.runner_concurrency,
            settings.lease_s,
            executor.run_task,
        )
        self._flows = WorkerPool(
            services.flow_queue, runner_id, _FLOW_SLOTS, settings.lease_s, executor.run_scheduled
        )
        # One slot each: people hear of things in their order.
        self._notices = [
            WorkerPool(
                channel.queue,
                runner_id,
                1,
                settings.lease_s,
                Notifier(services.notices, channel).deliver,
            )
            for channel in services.channels
        ]
        self._cancellations = CancellationWatch(services, prefect, self._tasks.held)
        self._pushes = PushWatch(services, prefect, deployments)

    def run(self, stopping: threading.Event) -> None:
        """Take work until told to stop, then give what is running a grace time.

        Raises LoopEnded where a loop has ended before that.
        """
        ours = self._services
        os.nice(_NICENESS)
        notice_queues = [channel.queue for channel in ours.channels]
        for queue in (ours.task_queue, ours.flow_queue, *notice_queues):
            queue.create_group()
        if ours.llm is not None:
            ours.llm.warm()
        background = Background(stopping)
        for loop in self.loops():
            background.start(loop)
        log.info("runner %s takes tasks", self._runner_id)
        try:
            self._tasks.take_until(stopping)
        finally:
            stopping.set()  # an error ends the taking too, and all that runs beside it
            self._finish()
        background.raise_ended()

    def _finish(self) -> None:
        give_up_at = time.monotonic() + _GRACE_S
        for pool in (self._tasks, self._flows):
            pool.finish(give_up_at)
        self._executor.leave()
        give_up_at = time.monotonic() + _NOTICE_GRACE_S
        for pool in self._notices:
            pool.finish(give_up_at)
        self._services.heartbeats.clear(self._runner_id)

    def loops(self) -> tuple[Loop, ...]:
        """What goes on beside the taking of tasks, for as long as this runner lives."""
        return (
            self._services.facts.listen,
            self._services.check_poll.run,
            ReviewWatch(self._services).watch,
            self._keep_documents_fresh,
            self._keep_rules_fresh,
            self._tasks.keep_leases,
            self._flows.keep_leases,
            self._flows.take_until,
            *(loop for pool in self._notices for loop in (pool.keep_leases, pool.take_until)),
            self._cancellations.watch,
            self._pushes.watch,
            self._beat,
            run_worker,
        )

    def _keep_documents_fresh(self, stopping: threading.Event) -> None:
        branch = branch_ref(self._services.settings.base_branch)
        with self._services.facts.watching(branch) as pushed:
            self._services.documents.keep_fresh(stopping, pushed)

    def _keep_rules_fresh(self, stopping: threading.Event) -> None:
        with self._services.facts.watching(RULES) as told:
            self._services.rules.keep_fresh(stopping, told)

    def _beat(self, stopping: threading.Event) -> None:
        self._warm_up()
        while not stopping.is_set():
            running = len(self._tasks.held()) + len(self._flows.held())
            try:
                now = datetime.now(UTC)
                self._services.heartbeats.beat(
                    self._runner_id, now, "ready", running, resident_bytes()
                )
                self._services.metrics.note_runner_alive(now)
                documents = self._services.documents
                self._services.left_out.replace(documents.left_out, documents.found)
            except RedisError as error:
                log.warning("no heartbeat could be written: %s", error)
            stopping.wait(_HEARTBEAT_S)

    def _warm_up(self) -> None:
        # The first question shall neither wait for the repository's documents to be fetched, nor
        # run into a rule that nobody has read.
        try:
            self._services.documents.refresh()
        except ShiploopError as error:
            log.warning("there are no documents to answer from yet: %s", error)
        try:
            self._services.rules.refresh()
        except ShiploopError as error:
            log.warning("the repository's rules are not known yet: %s", error)
