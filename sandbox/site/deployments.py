"""Tells GitHub about deployments, in order and without holding up the builds."""

import logging
import queue
import threading

import httpx

from sandbox.site.github_api import DeploymentState, GitHubApi

_log = logging.getLogger(__name__)


class DeploymentReporter(threading.Thread):
    """Sends what is reported to GitHub from a thread of its own.

    A report that GitHub does not take is logged and dropped, as platforms do: `/healthz` is what
    is true.
    """

    def __init__(self, api: GitHubApi, site_url: str) -> None:
        super().__init__(name="deployment-reporter", daemon=True)
        self._api = api
        self._site_url = site_url
        self._reports: queue.SimpleQueue[tuple[str, DeploymentState]] = queue.SimpleQueue()
        self._deployment_ids: dict[str, int] = {}

    def report(self, sha: str, state: DeploymentState) -> None:
        """Queue a state; IN_PROGRESS creates the commit's deployment."""
        self._reports.put((sha, state))

    def run(self) -> None:
        """Send reports for as long as the process lives."""
        while True:
            sha, state = self._reports.get()
            try:
                self._send(sha, state)
            except httpx.HTTPError as error:
                _log.warning("deployment of %s: %s not reported: %s", sha[:12], state, error)

    def _send(self, sha: str, state: DeploymentState) -> None:
        if state is DeploymentState.IN_PROGRESS:
            self._deployment_ids = {sha: self._api.create_deployment(sha)}
        if (deployment_id := self._deployment_ids.get(sha)) is not None:
            log_url = f"{self._site_url}/builds/{sha}"
            self._api.report_status(deployment_id, state, self._site_url, log_url)
