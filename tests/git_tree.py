"""Writes git objects as a stranger may have written them: any name, any mode, any bytes."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pygit2
from pygit2.enums import FileMode, ObjectType

_AUTHOR = pygit2.Signature("Somebody", "somebody@example.invalid", 1_700_000_000)


class Entry(NamedTuple):
    """What stands under a name in a folder."""

    name: bytes
    mode: int
    oid: pygit2.Oid


def a_repository(path: Path) -> pygit2.Repository:
    return pygit2.init_repository(str(path), bare=True, initial_head="main")


def a_file(
    repository: pygit2.Repository, name: bytes, data: bytes, mode: int = FileMode.BLOB
) -> Entry:
    return Entry(name, mode, repository.create_blob(data))


def a_folder(repository: pygit2.Repository, name: bytes, entries: Iterable[Entry]) -> Entry:
    """A folder of these, the last of each name, in git's order."""
    kept = {entry.name: entry for entry in entries}
    ordered = sorted(kept.values(), key=lambda e: e.name + b"/" * (e.mode == FileMode.TREE))
    written = b"".join(b"%o %s\0%s" % (e.mode, e.name, e.oid.raw) for e in ordered)
    return Entry(name, FileMode.TREE, repository.odb.write(ObjectType.TREE, written))


def a_submodule(name: bytes) -> Entry:
    return Entry(name, FileMode.COMMIT, pygit2.Oid(hex="1" * 40))


def commit(repository: pygit2.Repository, entries: Iterable[Entry]) -> str:
    """Make `main` a first commit of these; returns its sha."""
    root = a_folder(repository, b"", entries)
    sha = repository.create_commit(None, _AUTHOR, _AUTHOR, "All of it", root.oid, [])
    repository.references.create("refs/heads/main", sha, force=True)
    return str(sha)
