"""Decides what is left to do of opening a pull request, from what there is already."""

from dataclasses import dataclass

from shiploop.agents.faq.document.document import Entry, find, insert
from shiploop.domain.delivery.pull_request import (
    Found,
    PullRequest,
    PullRequestState,
    Written,
)


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing of the task is there: begin."""


@dataclass(frozen=True, slots=True)
class BranchOnly:
    """The branch is there without our commit: commit on its head, then open."""

    head_sha: str
    document: str


@dataclass(frozen=True, slots=True)
class CommitOnly:
    """Our commit stands on the branch, and nobody opened a pull request: open it."""

    repository_id: str
    written_sha: str


@dataclass(frozen=True, slots=True)
class Opened:
    """The pull request is there; `document_is_ours` tells whether its content is still ours."""

    pull: PullRequest
    document_is_ours: bool


def decide_adoption(found: Found, entry: Entry) -> Nothing | BranchOnly | CommitOnly | Opened:
    """Tell where an earlier attempt stopped. What it did is adopted, never done again."""
    written = found.written
    if found.pull is not None:
        ours = written is not None and holds_exactly(written, entry)
        return Opened(found.pull, ours or found.pull.state is PullRequestState.MERGED)
    if written is None:
        return Nothing()
    if holds_exactly(written, entry):
        return CommitOnly(found.repository_id, written.head_sha)
    return BranchOnly(written.head_sha, written.document)


def holds_exactly(written: Written, entry: Entry) -> bool:
    """True when the branch's document is its parent's document plus this entry."""
    return (
        find(written.document, entry.question_hash) == entry
        and insert(written.parent_document, entry) == written.document
    )
