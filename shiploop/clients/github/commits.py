"""The history of the branch that is deployed: what was merged since."""

from typing import Any

from shiploop.clients.github.client import Transport
from shiploop.clients.github.reading import understood
from shiploop.domain.delivery.commit import Commit
from shiploop.domain.timestamps import from_iso
from shiploop.errors import GitHubNotFound


class Commits:
    """Reads commits. Raises the GitHub errors of `shiploop.errors`."""

    def __init__(self, transport: Transport, repository: str) -> None:
        self._transport = transport
        self._path = f"/repos/{repository}"

    @understood
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

    @understood
    def read(self, sha: str) -> Commit:
        """One commit. Source: https://docs.github.com/en/rest/commits/commits#get-a-commit"""
        return _commit(self._transport.rest("GET", f"{self._path}/commits/{sha}"))


def _commit(fields: dict[str, Any]) -> Commit:
    headline, _, body = str(fields["commit"]["message"]).partition("\n")
    committed_at = from_iso(fields["commit"]["committer"]["date"])
    return Commit(str(fields["sha"]), headline, body, committed_at)
