"""Passes on what was cancelled in Prefect's UI: a run in this process has no supervisor."""

import logging
import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from redis.exceptions import RedisError

from shiploop.bootstrap import Services
from shiploop.stores.queue import QueueItem

_LOOK_S = 2.0

log = logging.getLogger(__name__)


class CancellationWatch:
    """Looks for runs of ours that somebody is cancelling."""

    def __init__(
        self,
        services: Services,
        prefect: SyncPrefectClient,
        held: Callable[[], tuple[QueueItem, ...]],
    ) -> None:
        self._services = services
        self._prefect = prefect
        self._held = held

    def watch(self, stopping: threading.Event) -> None:
        """Look until told to stop; blocks, so it wants a thread of its own."""
        while not stopping.wait(_LOOK_S):
            try:
                self._look()
            except (httpx.HTTPError, RedisError) as error:
                log.warning("cancellations could not be looked for: %s", error)

    def _look(self) -> None:
        tasks = self._task_of_each_run()
        if not tasks:
            return
        cancelling = self._prefect.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                id=FlowRunFilterId(any_=list(tasks)),
                state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.CANCELLING])),
            )
        )
        for flow_run in cancelling:
            self._services.tasks.request_cancellation(tasks[flow_run.id], datetime.now(UTC))

    def _task_of_each_run(self) -> dict[uuid.UUID, str]:
        tasks = (self._services.tasks.read(item.subject_id) for item in self._held())
        return {
            uuid.UUID(task.prefect_run_id): task.task_id
            for task in tasks
            if task is not None and task.prefect_run_id is not None
        }
