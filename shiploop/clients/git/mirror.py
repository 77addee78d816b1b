"""What is known of the target repository's files: kept fresh with git, read when asked for."""

from collections.abc import Callable, Collection
from typing import Final, TypeVar

import pygit2
from pygit2.enums import ObjectType

from shiploop.clients.git.pages import Pages, named_files, read_files, read_pages
from shiploop.clients.git.remote import GitRemote, MirrorBroken
from shiploop.domain.limits import MAX_PAGE_BYTES

# What turns out to be no page, once it is here, makes room for others.
_ROUNDS: Final = 3

_T = TypeVar("_T")


class Mirror:
    """Fetches one branch, and reads the Markdown files that stand on it."""

    def __init__(self, remote: GitRemote, branch: str) -> None:
        self._remote = remote
        self._branch = branch
        self._read: dict[pygit2.Oid, tuple[str, int]] = {}
        self._asked_for: set[str] = set()

    def fetch(self) -> str:
        """Bring the branch up to date; returns its head sha. Raises MirrorUnavailable."""
        repository = self._remote.mended(lambda: self._remote.fetch_branch(self._branch))
        return str(repository.references[f"refs/heads/{self._branch}"].target)

    def pages(self, sha: str) -> Pages:
        """The Markdown files of a commit, and what is left out. Raises MirrorUnavailable.

        For one thread at a time: what has not changed since the last commit is not read again.
        """
        pages = self._of_commit(sha, self._pages)
        self._read = pages.blobs
        return pages

    def named(self, sha: str, names: Collection[str]) -> tuple[str, ...]:
        """The paths of a commit's files that are called so, the nearest to the top first.

        Raises MirrorUnavailable.
        """
        return self._of_commit(sha, lambda _repository, tree: named_files(tree, names))

    def paths(self, sha: str) -> tuple[str, ...]:
        """The paths of a commit's files, as many as are looked at. Raises MirrorUnavailable."""
        return self._of_commit(sha, lambda _, tree: tuple(path for path, _ in read_files(tree, [])))

    def text(self, sha: str, path: str) -> str | None:
        """One file of a commit; None where there is none, none in UTF-8, or one too long.

        Raises MirrorUnavailable.
        """
        self._asked_for.add(path)
        return self._of_commit(sha, lambda repository, tree: self._text(repository, tree, path))

    def _of_commit(self, sha: str, read: Callable[[pygit2.Repository, pygit2.Tree], _T]) -> _T:
        def of_commit() -> _T:
            repository = pygit2.Repository(str(self._remote.path))
            if sha not in repository:
                repository = self._remote.fetch(sha, depth=1)
            try:
                return read(repository, repository[sha].peel(pygit2.Commit).tree)
            except (pygit2.GitError, KeyError) as error:
                raise MirrorBroken(f"commit {sha[:12]} cannot be read: {error}") from error

        return self._remote.mended(of_commit)

    def _pages(self, repository: pygit2.Repository, tree: pygit2.Tree) -> Pages:
        pages = read_pages(repository, tree, self._read)
        others = [tree[path].id for path in self._asked_for if path in tree]
        wanted = [*pages.missing, *(each for each in others if each not in repository.odb)]
        for _ in range(_ROUNDS):
            if not pages.missing or not wanted:
                break
            too_large = self._remote.fetch_blobs(wanted)
            pages = read_pages(repository, tree, self._read)
            wanted = [each for each in pages.missing if each not in too_large]
        return pages

    def _text(self, repository: pygit2.Repository, tree: pygit2.Tree, path: str) -> str | None:
        if path not in tree or tree[path].type != ObjectType.BLOB:
            return None
        found = tree[path].id
        if found not in repository.odb and self._remote.fetch_blobs([found]):
            return None
        if repository.odb.read_header(found)[1] > MAX_PAGE_BYTES:
            return None
        try:
            return repository.odb.read(found)[1].decode()
        except UnicodeDecodeError:
            return None
