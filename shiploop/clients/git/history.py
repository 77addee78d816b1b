"""Undoes merges on today's files, with git's own three-way merge."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pygit2

from shiploop.clients.git.remote import GitRemote
from shiploop.clients.github.auth import TokenSource
from shiploop.domain.delivery.change import Files, MergedChange
from shiploop.domain.delivery.commit import CannotUndo, Changes

_WITH_ITS_PARENT = 2


# Given what a merge did and the same files today: what these are without it, a conflict for a
# person, or None where that is git's to tell.
UndoFiles = Callable[[MergedChange, Files], "Mapping[str, str] | CannotUndo | None"]


class GitHistory:
    """The repository's commits, fetched when something has to be undone."""

    def __init__(self, clone_url: Callable[[], str], token: TokenSource) -> None:
        self._clone_url = clone_url
        self._token = token

    def undo(
        self,
        head_sha: str,
        merge_shas: Sequence[str],
        undo_files: UndoFiles = lambda _merged, _today: None,
    ) -> Changes | CannotUndo:
        """What to change at `head_sha` so that it is as if these merges had never been.

        `merge_shas` are newest first. What `undo_files` can undo it does; everything else is
        undone by the inverse of the merge. Raises MirrorUnavailable.
        """
        with TemporaryDirectory(prefix="shiploop-history-") as directory:
            remote = GitRemote(Path(directory), self._clone_url(), self._token)
            repository = remote.fetch(*merge_shas, head_sha, depth=_WITH_ITS_PARENT)
            head = _tree(repository, head_sha)
            today = head
            for sha in merge_shas:
                undone = _undo_one(repository, today, sha, undo_files)
                if isinstance(undone, CannotUndo):
                    return undone
                today = undone
            return _changes(repository, head, today)


def _undo_one(
    repository: pygit2.Repository, today: pygit2.Tree, merge_sha: str, undo_files: UndoFiles
) -> pygit2.Tree | CannotUndo:
    merge = repository[merge_sha].peel(pygit2.Commit)
    if len(merge.parent_ids) != 1:
        return CannotUndo(f"{merge_sha[:12]} is a merge of several parents, or the first commit")
    before, after = _tree(repository, str(merge.parent_ids[0])), merge.tree
    index = repository.merge_trees(ancestor=after, ours=today, theirs=before)
    paths = _changes(repository, before, after)
    merged = MergedChange(_texts(repository, before, paths), _texts(repository, after, paths))
    undone = undo_files(merged, _texts(repository, today, paths))
    if isinstance(undone, CannotUndo):
        return undone
    for path, text in (undone or {}).items():
        _replace(repository, index, path, text)
    if index.conflicts is not None:
        conflicts = list(index.conflicts)
        names = sorted({entry.path for sides in conflicts for entry in sides if entry})
        return CannotUndo(f"changed again since {merge_sha[:12]}: {', '.join(names)}")
    return repository[index.write_tree(repository)].peel(pygit2.Tree)


def _replace(repository: pygit2.Repository, index: pygit2.Index, path: str, text: str) -> None:
    if index.conflicts is not None and path in index.conflicts:
        del index.conflicts[path]
    blob = repository.create_blob(text.encode())
    index.add(pygit2.IndexEntry(path, blob, pygit2.enums.FileMode.BLOB))


def _tree(repository: pygit2.Repository, sha: str) -> pygit2.Tree:
    return repository[sha].peel(pygit2.Commit).tree


def _texts(repository: pygit2.Repository, tree: pygit2.Tree, paths: Iterable[str]) -> Files:
    return {path: _text(repository, tree, path) for path in paths}


def _text(repository: pygit2.Repository, tree: pygit2.Tree, path: str) -> str | None:
    if path not in tree:
        return None
    blob = repository[tree[path].id]
    try:
        return blob.data.decode() if isinstance(blob, pygit2.Blob) else None
    except UnicodeDecodeError:
        return None


def _changes(repository: pygit2.Repository, before: pygit2.Tree, after: pygit2.Tree) -> Changes:
    changes: dict[str, bytes | None] = {}
    for delta in before.diff_to_tree(after).deltas:
        old, new = delta.old_file.path, delta.new_file.path
        if delta.status_char() == "D" or old != new:
            changes[old] = None
        if delta.status_char() != "D":
            blob = repository[after[new].id]
            changes[new] = blob.data if isinstance(blob, pygit2.Blob) else b""
    return changes
