"""The history of the branch that is deployed: what was merged since."""

from collections.abc import Sequence
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

        Of what came with a merge commit, that alone: it is undone as a whole. Empty where the
        one is no ancestor of the other. GitHub lists 250 of them.
        Source: https://docs.github.com/en/rest/commits/commits#compare-two-commits
        """
        try:
            answer = self._transport.rest("GET", f"{self._path}/compare/{known_sha}...{sha}")
        except GitHubNotFound:
            return ()
        if answer["status"] != "ahead":
            return ()
        return tuple(_commit(each) for each in _on_the_branch(sha, answer["commits"]))

    @understood
    def read(self, sha: str) -> Commit:
        """One commit. Source: https://docs.github.com/en/rest/commits/commits#get-a-commit"""
        return _commit(self._transport.rest("GET", f"{self._path}/commits/{sha}"))


def _on_the_branch(sha: str, listed: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of the listed that the branch itself has been at, oldest first."""
    by_sha = {str(each["sha"]): each for each in listed}
    if sha not in by_sha:
        return list(listed)  # it was asked for by a shorter name
    found = []
    at: str | None = sha
    while at in by_sha:
        found.append(by_sha.pop(at))
        parents = found[-1]["parents"]
        at = str(parents[0]["sha"]) if parents else None
    return found[::-1]


def _commit(fields: dict[str, Any]) -> Commit:
    headline, _, body = str(fields["commit"]["message"]).partition("\n")
    committed_at = from_iso(fields["commit"]["committer"]["date"])
    return Commit(str(fields["sha"]), headline, body, committed_at)
