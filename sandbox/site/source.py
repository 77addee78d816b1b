"""The site's clone of the repository: fetched over git, read without a working tree."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pygit2
from pygit2.enums import FileMode, SortMode

from sandbox.github.git_repository import GIT_ENVIRONMENT

_MOST_PACKS = 10

AddedLines = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A Markdown file of one commit; equal blob ids mean equal bytes."""

    blob_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The Markdown files of one commit: `README.md` and everything under `docs/`."""

    sha: str
    files: Mapping[str, SourceFile]


class Clone:
    """A bare clone that follows one branch. Not thread-safe: one thread builds."""

    def __init__(self, path: Path, url: str, branch: str, token: str) -> None:
        self._path, self._url, self._branch = path, url, branch
        self._repository = pygit2.init_repository(path, bare=True)
        self._remote = self._repository.remotes.create_anonymous(url)
        # The token answers a 401, so it stands neither in the URL nor in an argument list.
        self._callbacks = pygit2.RemoteCallbacks(
            credentials=pygit2.UserPass("x-access-token", token) if token else None
        )

    def fetch(self) -> str:
        """Fetch the branch and return its commit's sha.

        Raises pygit2.GitError when the remote does not answer, KeyError when the branch is gone.
        """
        ref = f"refs/heads/{self._branch}"
        self._remote.fetch([f"+{ref}:{ref}"], callbacks=self._callbacks)
        self._join_packs()
        return str(self._repository.references[ref].target)

    def snapshot(self, sha: str) -> Snapshot:
        """Read the Markdown files of a fetched commit."""
        tree = self._commit(sha).tree
        files = {"README.md": _read(tree["README.md"])} if "README.md" in tree else {}
        if "docs" in tree and isinstance(docs := tree["docs"], pygit2.Tree):
            files |= _markdown_files(docs, PurePosixPath("docs"))
        return Snapshot(sha, files)

    def commits_between(self, base: str, head: str) -> tuple[str, ...]:
        """Return the commits of `head` that `base` lacks, oldest first."""
        walker = self._repository.walk(head, SortMode.TOPOLOGICAL | SortMode.REVERSE)
        walker.hide(base)
        return tuple(str(commit.id) for commit in walker)

    def added_lines(self, sha: str) -> AddedLines:
        """Return the lines of each file that a commit has and its first parent has not."""
        commit = self._commit(sha)
        if not commit.parents:
            return {}
        added: dict[str, frozenset[str]] = {}
        for patch in self._repository.diff(commit.parents[0], commit):
            if patch is None:  # a file whose mode alone changed
                continue
            lines = (line for hunk in patch.hunks for line in hunk.lines if line.origin == "+")
            path = patch.delta.new_file.path
            known = _lines(commit.parents[0].tree, path)
            if new := frozenset(line.content.strip() for line in lines) - known - {""}:
                added[path] = new
        return added

    def contains(self, sha: str, lines: AddedLines) -> bool:
        """Whether a commit's files hold all of the given lines (an empty set is never held)."""
        tree = self._commit(sha).tree
        return bool(lines) and all(wanted <= _lines(tree, path) for path, wanted in lines.items())

    def _join_packs(self) -> None:
        """Make few packs of many.

        libgit2 writes a pack with each fetch, keeps the file of each open, and remembers the whole
        pages that its deltas are of.
        """
        if len(list(self._path.glob("objects/pack/*.pack"))) <= _MOST_PACKS:
            return
        command = ["git", "repack", "-d", "-q", "--geometric=2"]
        subprocess.run(command, cwd=self._path, env=GIT_ENVIRONMENT, check=True)
        self._repository.free()  # or it keeps all that until the garbage is collected
        self._repository = pygit2.Repository(str(self._path))
        self._remote = self._repository.remotes.create_anonymous(self._url)

    def _commit(self, sha: str) -> pygit2.Commit:
        return self._repository[sha].peel(pygit2.Commit)


def _markdown_files(tree: pygit2.Tree, folder: PurePosixPath) -> dict[str, SourceFile]:
    files: dict[str, SourceFile] = {}
    for node in tree:
        path = folder / (node.name or "")
        if isinstance(node, pygit2.Tree):
            files |= _markdown_files(node, path)
        elif path.suffix == ".md" and node.filemode != FileMode.LINK:
            files[str(path)] = _read(node)
    return files


def _lines(tree: pygit2.Tree, path: str) -> frozenset[str]:
    if path not in tree:
        return frozenset()
    return frozenset(line.strip() for line in _read(tree[path]).text.split("\n"))


def _read(node: pygit2.Object) -> SourceFile:
    blob = node.peel(pygit2.Blob)
    return SourceFile(str(blob.id), blob.data.decode("utf-8-sig", errors="replace"))
