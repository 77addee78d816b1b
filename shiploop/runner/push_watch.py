"""Has everything that was shipped looked after, soon after somebody has pushed."""

import logging
import threading
import uuid
from collections.abc import Mapping

import httpx
from prefect.client.orchestration import SyncPrefectClient
from prefect.exceptions import PrefectException

from shiploop.bootstrap import Services
from shiploop.domain.delivery.webhook_facts import branch_ref
from shiploop.errors import ShiploopError

_NOTICE_STOP_S = 1.0

log = logging.getLogger(__name__)


class PushWatch:
    """Starts a flow run of the sweep for what is pushed; of several runners' one does."""

    def __init__(
        self,
        services: Services,
        prefect: SyncPrefectClient,
        deployments: Mapping[str, uuid.UUID],
    ) -> None:
        """`deployments` are the ids of those of our flows, by their names."""
        self._services = services
        self._prefect = prefect
        self._deployments = deployments

    def watch(self, stopping: threading.Event) -> None:
        """Watch until told to stop; blocks, so it wants a thread of its own."""
        settings = self._services.settings
        with self._services.facts.watching(branch_ref(settings.base_branch)) as pushed:
            while not stopping.is_set():
                # What follows a push within that time is swept with it.
                if pushed.wait(_NOTICE_STOP_S) and not stopping.wait(settings.sweep_after_push_s):
                    pushed.clear()
                    self._start()

    def _start(self) -> None:
        try:
            head_sha = self._services.documents.refresh()
            self._prefect.create_flow_run_from_deployment(
                self._deployments["sweep"],
                name=f"sweep after {head_sha[:12]}",
                idempotency_key=f"sweep-{head_sha}",
            )
        except (ShiploopError, httpx.HTTPError, PrefectException) as error:
            log.warning("what was pushed is looked at in the next hour only: %s", error)
