"""The paths and files of a diff, as GitHub tells of them."""

import dataclasses

import pygit2
from pygit2.enums import DeltaStatus

_STATUS = {
    DeltaStatus.ADDED: "added",
    DeltaStatus.DELETED: "removed",
    DeltaStatus.RENAMED: "renamed",
    DeltaStatus.COPIED: "copied",
}


@dataclasses.dataclass(frozen=True, slots=True)
class ChangedPath:
    """One path of a diff; `status` as GitHub's REST names it."""

    path: str
    status: str
    previous_path: str | None


@dataclasses.dataclass(frozen=True, slots=True)
class ChangedFile(ChangedPath):
    """One file of a diff, with what has changed in it."""

    additions: int
    deletions: int
    blob_sha: str
    patch: str


def changed_file(patch: pygit2.Patch) -> ChangedFile:
    """Read one file of a diff."""
    delta = patch.delta
    _, additions, deletions = patch.line_stats
    is_removed = delta.status is DeltaStatus.DELETED
    return ChangedFile(
        *path_of(delta),
        additions=additions,
        deletions=deletions,
        blob_sha=str((delta.old_file if is_removed else delta.new_file).id),
        patch="".join(f"{hunk.header}{_hunk_text(hunk)}" for hunk in patch.hunks),
    )


def path_of(delta: pygit2.DiffDelta) -> tuple[str, str, str | None]:
    """A path, its status, and where it was before if it was moved or copied."""
    is_moved = delta.status in (DeltaStatus.RENAMED, DeltaStatus.COPIED)
    status = _STATUS.get(delta.status, "modified")
    return delta.new_file.path, status, delta.old_file.path if is_moved else None


def _hunk_text(hunk: pygit2.DiffHunk) -> str:
    return "".join(f"{line.origin}{line.content}" for line in hunk.lines)
