"""A bare clone of the target repository, kept fresh with git."""

from pathlib import Path

import pygit2

from shiploop.clients.git.remote import GitRemote
from shiploop.clients.github.auth import TokenSource


class Mirror:
    """Fetches one branch, and reads the Markdown files that stand on it."""

    def __init__(self, path: Path, clone_url: str, branch: str, token: TokenSource) -> None:
        self._path = path
        self._remote = GitRemote(path, clone_url, token)
        self._branch = branch

    def fetch(self) -> str:
        """Bring the branch up to date; returns its head sha. Raises MirrorUnavailable."""
        ref = f"refs/heads/{self._branch}"
        repository = self._remote.fetch(f"+{ref}:{ref}", depth=1)
        return str(repository.references[ref].target)

    def pages(self, sha: str) -> dict[str, str]:
        """Every Markdown file of a commit, by path; what is not UTF-8 is left out."""
        repository = pygit2.Repository(str(self._path))
        commit = repository[sha].peel(pygit2.Commit)
        return dict(_markdown_files(repository, commit.tree, ""))

    def text(self, sha: str, path: str) -> str | None:
        """One file of a commit; None where there is none, or none in UTF-8."""
        repository = pygit2.Repository(str(self._path))
        try:
            found = repository[sha].peel(pygit2.Commit).tree[path]
            return found.data.decode() if isinstance(found, pygit2.Blob) else None
        except (KeyError, UnicodeDecodeError):
            return None


def _markdown_files(
    repository: pygit2.Repository, tree: pygit2.Tree, prefix: str
) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for item in tree:
        path = f"{prefix}{item.name}"
        if isinstance(item, pygit2.Tree):
            found += _markdown_files(repository, item, f"{path}/")
        elif isinstance(item, pygit2.Blob) and path.lower().endswith(".md"):
            try:
                found.append((path, item.data.decode()))
            except UnicodeDecodeError:
                continue
    return found
