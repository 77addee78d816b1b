"""Decides what is left to do of opening a pull request, from what there is already."""

from collections.abc import Callable
from dataclasses import dataclass

from shiploop.domain.delivery.change import AlreadyThere, CannotEdit, Edited, Files
from shiploop.domain.delivery.pull_request import Found, PullRequest, PullRequestState, Written

# An agent's edit of one proposal: what it makes of files, the same bytes each time.
Edit = Callable[[Files], Edited | AlreadyThere | CannotEdit]


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing of the task is there: begin."""


@dataclass(frozen=True, slots=True)
class BranchOnly:
    """The branch is there without our commit: commit on its head, then open."""

    head_sha: str
    files: Files


@dataclass(frozen=True, slots=True)
class CommitOnly:
    """Our commit stands on the branch, and nobody opened a pull request: open it."""

    repository_id: str
    written_sha: str


@dataclass(frozen=True, slots=True)
class Opened:
    """The pull request is there; `is_exact_edit` tells whether its content is still ours."""

    pull: PullRequest
    is_exact_edit: bool


Adoption = Nothing | BranchOnly | CommitOnly | Opened


def decide_adoption(found: Found, edit: Edit) -> Adoption:
    """Tell where an earlier attempt stopped. What it did is adopted, never done again."""
    written = found.written
    if found.pull is not None:
        ours = written is not None and holds_exactly(written, edit)
        return Opened(found.pull, ours or found.pull.state is PullRequestState.MERGED)
    if written is None:
        return Nothing()
    if holds_exactly(written, edit):
        return CommitOnly(found.repository_id, written.head_sha)
    return BranchOnly(written.head_sha, written.files)


def holds_exactly(written: Written, edit: Edit) -> bool:
    """True when the branch's files are its parent's files with this edit made."""
    if written.parent_files.keys() != written.files.keys():
        return False  # the head has no parent, or several
    edited = edit(written.parent_files)
    if not isinstance(edited, Edited):
        return False
    return {**written.parent_files, **edited.files} == dict(written.files)
