"""What platforms have told GitHub of their deploys, read once for all who wait."""

import threading
import time
from collections.abc import Collection, Mapping
from typing import Any, cast

from shiploop.clients.github.client import Transport
from shiploop.clients.github.deployment_queries import READ_DEPLOYMENTS
from shiploop.clients.github.graphql_answer import raise_for
from shiploop.clients.github.reading import understood
from shiploop.domain.delivery.webhook_facts import DeployState, read_deploy_state
from shiploop.domain.production.deployment import Deployment, production_environments

_NEWEST = 50
_READ_EVERY_S = 1.0  # at most: all who look meanwhile share what was read


class Deployments:
    """Reads the newest deployments of a repository, and which of them are production's.

    Raises the GitHub errors of `shiploop.errors`.
    """

    def __init__(
        self, transport: Transport, repository: str, site_url: str, named: Collection[str]
    ) -> None:
        """`named`: the environments that somebody has named as production's, if any."""
        self._transport = transport
        self._repository = repository
        self._site_url = site_url
        self._named = named
        self._lock = threading.Lock()
        self._read: tuple[Deployment, ...] = ()
        self._read_at: float | None = None

    def of_production(self) -> tuple[Deployment, ...]:
        """The newest deployments to production, newest first; those of previews are left out."""
        found = self.newest()
        environments = production_environments(found, self._site_url, self._named)
        return tuple(one for one in found if one.environment in environments)

    @understood
    def newest(self) -> tuple[Deployment, ...]:
        """The newest deployments to every environment, newest first."""
        with self._lock:
            now = time.monotonic()
            if self._read_at is None or now - self._read_at >= _READ_EVERY_S:
                self._read = self._ask()
                self._read_at = now
            return self._read

    def _ask(self) -> tuple[Deployment, ...]:
        # GraphQL tells the newest status of each, and not whose environment is production.
        owner, name = self._repository.split("/")
        answer = self._transport.graphql(
            READ_DEPLOYMENTS, {"owner": owner, "name": name, "first": _NEWEST}
        )
        if not answer.data:
            raise_for(answer.errors)
        repository = answer.data.get("repository") or {}
        nodes = [node for node in (repository.get("deployments") or {}).get("nodes") or () if node]
        if not nodes:
            return ()
        marks = {mark["id"]: mark for mark in self._marks()}
        return tuple(_deployment(node, marks.get(node["databaseId"], {})) for node in nodes)

    def _marks(self) -> list[dict[str, Any]]:
        """Source: https://docs.github.com/en/rest/deployments/deployments#list-deployments."""
        path = f"/repos/{self._repository}/deployments?per_page={_NEWEST}"
        # The transport speaks of objects, which most answers are.
        return cast("list[dict[str, Any]]", self._transport.rest("GET", path))


def _deployment(node: Mapping[str, Any], mark: Mapping[str, Any]) -> Deployment:
    status = node["latestStatus"] or {}
    return Deployment(
        sha=str(node["commitOid"]),
        environment=str(node["environment"] or ""),
        state=read_deploy_state(str(status.get("state") or DeployState.PENDING).lower()),
        environment_url=str(status.get("environmentUrl") or ""),
        log_url=str(status.get("logUrl") or ""),
        is_production=bool(mark.get("production_environment")),
        is_transient=bool(mark.get("transient_environment")),
    )
