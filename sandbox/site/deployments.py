"""Tells GitHub about deployments, in order and without holding up the builds."""

import logging
import queue
import threading

import httpx

from sandbox.site.github_api import PRODUCTION, DeploymentState, GitHubApi

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
        self._reports: queue.SimpleQueue[tuple[str, str, DeploymentState]] = queue.SimpleQueue()
        self._deployment_ids: dict[tuple[str, str], int] = {}

    def report(self, sha: str, state: DeploymentState, environment: str = PRODUCTION) -> None:
        """Queue a state; IN_PROGRESS creates the commit's deployment to the environment."""
        self._reports.put((sha, environment, state))

    def run(self) -> None:
        """Send reports for as long as the process lives."""
        while True:
            sha, environment, state = self._reports.get()
            try:
                self._send(sha, environment, state)
            except httpx.HTTPError as error:
                _log.warning("deployment of %s: %s not reported: %s", sha[:12], state, error)

    def _send(self, sha: str, environment: str, state: DeploymentState) -> None:
        if state is DeploymentState.IN_PROGRESS:
            kept = {key: made for key, made in self._deployment_ids.items() if key[0] == sha}
            made = self._api.create_deployment(sha, environment)
            self._deployment_ids = {**kept, (sha, environment): made}
        if (deployment_id := self._deployment_ids.get((sha, environment))) is not None:
            # A preview has an address of its own.
            is_production = environment == PRODUCTION
            url = self._site_url if is_production else f"{self._site_url}/previews/{sha}/"
            log_url = f"{self._site_url}/builds/{sha}"
            self._api.report_status(deployment_id, state, url, log_url)
