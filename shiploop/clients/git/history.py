"""Undoes merges on today's files, with git's own three-way merge."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import pygit2
from pygit2.enums import FileMode, Option

from shiploop.clients.git.remote import GitRemote, MirrorBroken
from shiploop.domain.delivery.change import Files, MergedChange
from shiploop.domain.delivery.commit import CannotUndo, Changes

# A folder is written whole, and most of its files are not here.
pygit2.option(Option.ENABLE_STRICT_OBJECT_CREATION, False)

_WITH_ITS_PARENT: Final = 2
_FILES: Final = (FileMode.BLOB, FileMode.BLOB_EXECUTABLE, FileMode.LINK)
# Among more changes than so many libgit2 looks for no renamed file that has changed as well.
_MAX_COMPARED: Final = 200


# Given what a merge did and the same files today: what these are without it, a conflict for a
# person, or None where that is git's to tell.
UndoFiles = Callable[[MergedChange, Files], "Mapping[str, str] | CannotUndo | None"]


class GitHistory:
    """The repository's commits, fetched when something has to be undone."""

    def __init__(self, remote: Callable[[], GitRemote]) -> None:
        self._remote = remote

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
        remote = self._remote()

        def undone() -> Changes | CannotUndo:
            repository = remote.fetch(*merge_shas, head_sha, depth=_WITH_ITS_PARENT)
            try:
                return _undo_all(remote, repository, head_sha, merge_shas, undo_files)
            except (pygit2.GitError, KeyError) as error:
                raise MirrorBroken(f"{merge_shas[-1][:12]} cannot be undone: {error}") from error

        return remote.mended(undone)


def _undo_all(
    remote: GitRemote,
    repository: pygit2.Repository,
    head_sha: str,
    merge_shas: Sequence[str],
    undo_files: UndoFiles,
) -> Changes | CannotUndo:
    head = _tree(repository, head_sha)
    today = head
    for sha in merge_shas:
        merge = repository[sha].peel(pygit2.Commit)
        if not merge.parent_ids:
            return CannotUndo(f"{sha[:12]} is the first commit")
        # Of a merge commit the first parent is the base that it was merged into.
        before = _tree(repository, str(merge.parent_ids[0]))
        if remote.fetch_blobs(_missing(repository, before, merge.tree, today)):
            return CannotUndo(f"a file is too large to be fetched, so {sha[:12]} is not undone")
        undone = _undo_one(repository, today, before, merge, undo_files)
        if isinstance(undone, CannotUndo):
            return undone
        today = undone
    return _changes(repository, head, today)


def _undo_one(
    repository: pygit2.Repository,
    today: pygit2.Tree,
    before: pygit2.Tree,
    merge: pygit2.Commit,
    undo_files: UndoFiles,
) -> pygit2.Tree | CannotUndo:
    after, merge_sha = merge.tree, str(merge.id)
    index = repository.merge_trees(ancestor=after, ours=today, theirs=before)
    paths = _changed_paths(before, after)
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


def _missing(
    repository: pygit2.Repository, before: pygit2.Tree, after: pygit2.Tree, today: pygit2.Tree
) -> list[pygit2.Oid]:
    """The files that are needed to undo `after`, and are not here."""
    compared = list(before.diff_to_tree(after).deltas)
    since = list(after.diff_to_tree(today).deltas)
    if len(compared) + len(since) <= _MAX_COMPARED:
        compared += [delta for delta in since if delta.status_char() in "AD"]
    sides = [side for delta in compared for side in (delta.old_file, delta.new_file)]
    wanted = {side.id for side in sides if side.mode in _FILES}
    paths = _changed_paths(before, after)
    wanted |= {today[path].id for path in paths if path in today if today[path].filemode in _FILES}
    return [each for each in sorted(wanted, key=str) if each not in repository.odb]


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


def _changed_paths(before: pygit2.Tree, after: pygit2.Tree) -> dict[str, bool]:
    """Each path that differs, and whether there is something after."""
    paths: dict[str, bool] = {}
    for delta in before.diff_to_tree(after).deltas:
        old, new = delta.old_file.path, delta.new_file.path
        if delta.status_char() == "D" or old != new:
            paths[old] = False
        if delta.status_char() != "D":
            paths[new] = True
    return paths


def _changes(repository: pygit2.Repository, before: pygit2.Tree, after: pygit2.Tree) -> Changes:
    changes: dict[str, bytes | None] = {}
    for path, is_there in _changed_paths(before, after).items():
        blob = repository[after[path].id] if is_there else None
        data = blob.data if isinstance(blob, pygit2.Blob) else b""
        changes[path] = data if is_there else None
    return changes
