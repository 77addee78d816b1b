"""The history of the branch that is deployed: what was merged since, and what is live."""

from typing import Any, cast

from shiploop.clients.github.client import Transport
from shiploop.domain.delivery.commit import Commit
from shiploop.domain.delivery.webhook_facts import DeployState
from shiploop.domain.timestamps import from_iso
from shiploop.errors import GitHubNotFound

_LATEST_DEPLOYMENTS = 5


class Commits:
    """Reads commits and deployments. Raises the GitHub errors of `shiploop.errors`."""

    def __init__(self, transport: Transport, repository: str) -> None:
        self._transport = transport
        self._path = f"/repos/{repository}"

    def since(self, known_sha: str, sha: str) -> tuple[Commit, ...]:
        """The commits that `sha` contains and `known_sha` does not, oldest first.

        Empty where the one is no ancestor of the other. GitHub lists 250 of them.
        Source: https://docs.github.com/en/rest/commits/commits#compare-two-commits
        """
        try:
            answer = self._transport.rest("GET", f"{self._path}/compare/{known_sha}...{sha}")
        except GitHubNotFound:
            return ()
        if answer["status"] != "ahead":
            return ()
        return tuple(_commit(each) for each in answer["commits"])

    def read(self, sha: str) -> Commit:
        """One commit. Source: https://docs.github.com/en/rest/commits/commits#get-a-commit"""
        return _commit(self._transport.rest("GET", f"{self._path}/commits/{sha}"))

    def is_deployed(self, sha: str) -> bool:
        """True when the newest status of a deployment of this commit is a success.

        Source: https://docs.github.com/en/rest/deployments/statuses#list-deployment-statuses
        """
        for deployment in self._list(f"/deployments?sha={sha}&per_page={_LATEST_DEPLOYMENTS}"):
            statuses = self._list(f"/deployments/{deployment['id']}/statuses?per_page=1")
            if statuses and statuses[0]["state"] == DeployState.SUCCESS:
                return True
        return False

    def deployed_sha(self) -> str | None:
        """The commit of the newest deploy to production that succeeded, None without one.

        Source: https://docs.github.com/en/rest/deployments/deployments#list-deployments
        """
        query = f"environment=production&per_page={_LATEST_DEPLOYMENTS}"
        for deployment in self._list(f"/deployments?{query}"):
            statuses = self._list(f"/deployments/{deployment['id']}/statuses?per_page=10")
            if any(status["state"] == DeployState.SUCCESS for status in statuses):
                return str(deployment["sha"])
        return None

    def _list(self, path: str) -> list[dict[str, Any]]:
        # The transport speaks of objects, which most answers are.
        return cast("list[dict[str, Any]]", self._transport.rest("GET", f"{self._path}{path}"))


def _commit(fields: dict[str, Any]) -> Commit:
    headline, _, body = str(fields["commit"]["message"]).partition("\n")
    committed_at = from_iso(fields["commit"]["committer"]["date"])
    return Commit(str(fields["sha"]), headline, body, committed_at)
