"""The Markdown files of one commit, as many and as long as docs/limits.md allows."""

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import pygit2
from pygit2.enums import FileMode, ObjectType

from shiploop.domain.limits import (
    MAX_CONFIGURATION_DEPTH,
    MAX_CONFIGURATIONS,
    MAX_FOLDER_DEPTH,
    MAX_PAGE_BYTES,
    MAX_PAGES,
    MAX_PATH_CHARACTERS,
    MAX_REPOSITORY_BYTES,
    MAX_TREE_ENTRIES,
    LeftOut,
)

_SUFFIXES: Final = (".md", ".mdx", ".markdown")


@dataclass(slots=True)
class Pages:
    """Text by path, what is left out of it, and each text by its blob, with its size in bytes.

    `missing` are the blobs that are not here; they are among what is left out.
    """

    texts: dict[str, str] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    missing: list[pygit2.Oid] = field(default_factory=list)
    blobs: dict[pygit2.Oid, tuple[str, int]] = field(default_factory=dict)


def read_pages(
    repository: pygit2.Repository,
    tree: pygit2.Tree,
    known: Mapping[pygit2.Oid, tuple[str, int]] = MappingProxyType({}),
) -> Pages:
    """Read every Markdown file in UTF-8, in the order of git; the rest is named.

    `known` are the blobs that were read before: they are not read again.
    """
    pages, bytes_left = Pages(), MAX_REPOSITORY_BYTES
    for path, entry in read_files(tree, pages.left_out):
        if not path.lower().endswith(_SUFFIXES):
            continue
        if problem := _problem(path, entry, len(pages.texts) + len(pages.missing)):
            pages.left_out.append(LeftOut(path, problem))
            continue
        if entry.id not in known and entry.id not in repository.odb:
            pages.missing.append(entry.id)
            pages.left_out.append(
                LeftOut(path, "git did not fetch it: it is too large, or those before it are")
            )
            continue
        size = known[entry.id][1] if entry.id in known else repository.odb.read_header(entry.id)[1]
        if problem := _size_problem(size, bytes_left):
            pages.left_out.append(LeftOut(path, problem))
            continue
        try:
            text = known[entry.id][0] if entry.id in known else _text(repository, entry)
        except UnicodeDecodeError:
            pages.left_out.append(LeftOut(path, "it is not UTF-8"))
        else:
            pages.texts[path] = text
            pages.blobs[entry.id] = text, size
            bytes_left -= size
    return pages


def _text(repository: pygit2.Repository, entry: pygit2.Object) -> str:
    return repository.odb.read(entry.id)[1].decode()


def read_files(root: pygit2.Tree, left_out: list[LeftOut]) -> Iterator[tuple[str, pygit2.Object]]:
    """Walk the tree without recursion, which a deep one would exhaust; adds to `left_out`."""
    entries_left = MAX_TREE_ENTRIES
    folders = [("", root)]
    while folders:
        prefix, tree = folders.pop()
        inner = []
        for entry in tree:
            entries_left -= 1
            if entries_left < 0:
                reason = f"it and what follows: there are more than {MAX_TREE_ENTRIES} files"
                left_out.append(LeftOut(prefix, reason))
                return
            path = prefix + (entry.raw_name or b"").decode(errors="replace")
            if entry.type == ObjectType.TREE:
                inner.append((f"{path}/", entry))
            elif entry.type == ObjectType.BLOB:
                yield path, entry
        for path, entry in reversed(inner):
            if path.count("/") > MAX_FOLDER_DEPTH:
                reason = f"it is more than {MAX_FOLDER_DEPTH} folders deep"
                left_out.append(LeftOut(path[:MAX_PATH_CHARACTERS], reason))
            else:
                folders.append((path, entry.peel(pygit2.Tree)))


def named_files(tree: pygit2.Tree, names: Collection[str]) -> tuple[str, ...]:
    """The paths of files that are called so, the nearest to the top first."""
    found: list[str] = []
    entries_left = MAX_TREE_ENTRIES
    folders = deque([("", tree)])
    while folders:
        prefix, folder = folders.popleft()
        for entry in folder:
            entries_left -= 1
            if entries_left < 0 or len(found) >= MAX_CONFIGURATIONS:
                return tuple(found)
            name = (entry.raw_name or b"").decode(errors="replace")
            if entry.type == ObjectType.TREE and prefix.count("/") < MAX_CONFIGURATION_DEPTH:
                folders.append((f"{prefix}{name}/", entry.peel(pygit2.Tree)))
            elif entry.type == ObjectType.BLOB and name in names:
                found.append(prefix + name)
    return tuple(found)


def _problem(path: str, entry: pygit2.Object, pages: int) -> str | None:
    """Why a page is left out, told before it is fetched."""
    if entry.filemode == FileMode.LINK:
        return "it is a symbolic link"
    if len(path) > MAX_PATH_CHARACTERS:
        return f"its path is longer than {MAX_PATH_CHARACTERS} characters"
    if not path.isprintable() or "\ufffd" in path:
        return "its path has characters that cannot be shown"
    if pages >= MAX_PAGES:
        return f"there are more than {MAX_PAGES} pages"
    return None


def _size_problem(size: int, bytes_left: int) -> str | None:
    if size > MAX_PAGE_BYTES:
        return f"it has {size} bytes, more than {MAX_PAGE_BYTES}"
    if size > bytes_left:
        return f"the pages before it have {MAX_REPOSITORY_BYTES} bytes together"
    return None
