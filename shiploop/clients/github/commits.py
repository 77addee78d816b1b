"""The history of the branch that is deployed: what was merged since."""

import base64
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

from shiploop.clients.github.client import Transport
from shiploop.clients.github.reading import understood
from shiploop.domain.delivery.commit import Commit
from shiploop.domain.delivery.formatting import Push, PushedCommit
from shiploop.domain.timestamps import from_iso
from shiploop.errors import GitHubNotFound

_MOST_FILES: Final = 300  # that GitHub lists of a comparison


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
    def pushed(self, known_sha: str, sha: str) -> Push | None:
        """What `sha` has on top of `known_sha`, with the accounts that GitHub knows it to be of.

        None where it is not on top of it, or is more than GitHub lists. The names in a commit are
        anybody's to write: GitHub tells accounts by addresses, which only a writer could misuse.
        """
        answer = self._transport.rest("GET", f"{self._path}/compare/{known_sha}...{sha}")
        commits, files = answer["commits"], answer["files"]
        parents = answer["base_commit"]["parents"]
        whole = len(commits) == answer["total_commits"] and len(files) < _MOST_FILES
        if answer["status"] != "ahead" or not whole or len(parents) != 1:
            return None
        paths = (str(one["filename"]) for one in files)
        return Push(tuple(map(_accounts, commits)), tuple(paths), str(parents[0]["sha"]))

    @understood
    def text(self, sha: str, path: str) -> str | None:
        """A file of a commit; None where there is none, none in UTF-8, or one over a megabyte.

        Source: https://docs.github.com/en/rest/repos/contents#get-repository-content
        """
        try:
            file = self._transport.rest("GET", f"{self._path}/contents/{quote(path)}?ref={sha}")
            return base64.b64decode(file["content"]).decode() if _is_whole(file) else None
        except (GitHubNotFound, UnicodeDecodeError):
            return None

    @understood
    def read(self, sha: str) -> Commit:
        """One commit. Source: https://docs.github.com/en/rest/commits/commits#get-a-commit"""
        return _commit(self._transport.rest("GET", f"{self._path}/commits/{sha}"))


def _accounts(commit: dict[str, Any]) -> PushedCommit:
    return PushedCommit(_login(commit["author"]), _login(commit["committer"]))


def _login(account: dict[str, Any] | None) -> str:
    return str((account or {}).get("login") or "")


def _is_whole(file: dict[str, Any]) -> bool:
    return file.get("type") == "file" and file.get("encoding") == "base64"


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
