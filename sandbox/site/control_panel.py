"""The sandbox's control panel as the site sees it: how slow to be, and what to get wrong."""

import logging
from dataclasses import dataclass

import httpx

from sandbox.faults import Fault

_log = logging.getLogger(__name__)
_TIMEOUT_S = 1.0


@dataclass(frozen=True, slots=True)
class ControlPanel:
    """Asks `/_sandbox` under the API's address; with none there, nothing goes wrong."""

    client: httpx.Client
    base_url: str

    def deploy_ms(self) -> int:
        """Return how long a deployment shall take."""
        deploy_ms = self._get("latency").get("deploy_ms")
        return deploy_ms if isinstance(deploy_ms, int) else 0

    def faults(self) -> "FaultsSet":
        """Return what is set just now."""
        return FaultsSet(self, frozenset(self._get("faults")))

    def take(self, fault: Fault) -> bool:
        """Use a fault once, if it is still set."""
        try:
            answer = self.client.post(self._url(f"faults/{fault}/take"), timeout=_TIMEOUT_S)
            return bool(answer.raise_for_status().json()["taken"])
        except httpx.HTTPError as error:
            _log.warning("the control panel did not answer: %s", error)
            return False

    def _get(self, name: str) -> dict[str, object]:
        try:
            answer = self.client.get(self._url(name), timeout=_TIMEOUT_S)
            return dict(answer.json()) if answer.is_success else {}
        except (httpx.HTTPError, ValueError):
            return {}

    def _url(self, path: str) -> str:
        return f"{self.base_url}/_sandbox/{path}"


@dataclass(frozen=True, slots=True)
class FaultsSet:
    """The faults that were set when the panel was asked: mostly none, and it is asked once."""

    panel: ControlPanel
    names: frozenset[str]

    def take(self, fault: Fault) -> bool:
        """Use a fault once, if it was set."""
        return fault in self.names and self.panel.take(fault)
