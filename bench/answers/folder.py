"""A folder with a repository's files, as the documents that agents read: one commit of it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import pygit2
from pygit2.enums import FileMode

from bench.answers.questions import Unusable
from shiploop.clients.git.mirror import Mirror
from shiploop.clients.git.remote import GitRemote
from shiploop.clients.git.repository_documents import Snapshot
from shiploop.clients.github.auth import fixed_token

_BRANCH: Final = "main"
_GIT: Final = ".git"

T = TypeVar("T")


class FolderDocuments:
    """What agents make of the files of one commit, made once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._built: dict[Callable[[Snapshot], Any], Any] = {}

    def keep_ready(self, build: Callable[[Snapshot], T]) -> Callable[[], T]:
        """What `build` makes of the files; the same for whoever asks again."""
        if build not in self._built:
            self._built[build] = build(self._snapshot)
        return lambda: cast(T, self._built[build])

    def made(self, kind: type[T]) -> T:
        """What an agent made of the files, by its type. Raises StopIteration where none did."""
        return next(each for each in self._built.values() if isinstance(each, kind))

    @property
    def left_out(self) -> int:
        """How much of the files nothing was made of, by a limit or a setting."""
        return len(self._snapshot.left_out)


def documents_of(folder: Path, into: Path) -> FolderDocuments:
    """Commit the folder's files to a bare repository at `into`, which is made. Raises Unusable."""
    if not folder.is_dir():
        raise Unusable(f"there is no folder {folder}")
    try:
        head_sha = _commit(folder, into)
    except OSError as error:
        raise Unusable(f"{folder} cannot be read: {error}") from error
    remote = GitRemote(into, "", fixed_token(""))  # from which nothing is fetched
    return FolderDocuments(Snapshot(Mirror(remote, _BRANCH), head_sha))


def _commit(folder: Path, into: Path) -> str:
    repository = pygit2.init_repository(str(into), bare=True)
    for path in _files(folder):
        link = path.is_symlink()
        data = os.readlink(path).encode() if link else path.read_bytes()
        mode = FileMode.LINK if link else FileMode.BLOB
        name = path.relative_to(folder).as_posix()
        repository.index.add(pygit2.IndexEntry(name, repository.create_blob(data), mode))
    who, tree = pygit2.Signature("bench", "bench@localhost", 0, 0), repository.index.write_tree()
    return str(repository.create_commit(f"refs/heads/{_BRANCH}", who, who, "", tree, []))


def _files(folder: Path) -> Iterator[Path]:
    for inside, folders, files in os.walk(folder):
        folders[:] = sorted(each for each in folders if each != _GIT)
        for name in sorted(files):
            path = Path(inside, name)
            if path.is_symlink() or path.is_file():
                yield path
