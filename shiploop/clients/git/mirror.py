"""A bare clone of the target repository, kept fresh with git."""

from pathlib import Path

import pygit2

from shiploop.clients.git.pages import Pages, read_pages
from shiploop.clients.git.remote import GitRemote
from shiploop.clients.github.auth import TokenSource
from shiploop.domain.limits import MAX_PAGE_BYTES
from shiploop.errors import MirrorUnavailable


class Mirror:
    """Fetches one branch, and reads the Markdown files that stand on it."""

    def __init__(self, path: Path, clone_url: str, branch: str, token: TokenSource) -> None:
        self._path = path
        self._remote = GitRemote(path, clone_url, token)
        self._branch = branch
        self._read: dict[pygit2.Oid, tuple[str, int]] = {}

    def fetch(self) -> str:
        """Bring the branch up to date; returns its head sha. Raises MirrorUnavailable."""
        ref = f"refs/heads/{self._branch}"
        repository = self._remote.fetch(f"+{ref}:{ref}", depth=1)
        return str(repository.references[ref].target)

    def pages(self, sha: str) -> Pages:
        """The Markdown files of a commit, and what is left out. Raises MirrorUnavailable.

        For one thread at a time: what has not changed since the last commit is not read again.
        """
        try:
            repository = pygit2.Repository(str(self._path))
            pages = read_pages(repository, repository[sha].peel(pygit2.Commit).tree, self._read)
            self._read = pages.blobs
            return pages
        except (pygit2.GitError, KeyError) as error:
            raise MirrorUnavailable(f"commit {sha[:12]} cannot be read: {error}") from error

    def text(self, sha: str, path: str) -> str | None:
        """One file of a commit; None where there is none, none in UTF-8, or one too long."""
        repository = pygit2.Repository(str(self._path))
        try:
            found = repository[sha].peel(pygit2.Commit).tree[path]
            if repository.odb.read_header(found.id)[1] > MAX_PAGE_BYTES:
                return None
            return found.data.decode() if isinstance(found, pygit2.Blob) else None
        except (KeyError, UnicodeDecodeError):
            return None
