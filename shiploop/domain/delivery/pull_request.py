"""A pull request as the loop needs to know it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PullRequestState(StrEnum):
    """GitHub's `PullRequestState`. A merged one is not CLOSED."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"
    MERGED = "MERGED"


class Mergeable(StrEnum):
    """GitHub's `MergeableState`."""

    MERGEABLE = "MERGEABLE"
    CONFLICTING = "CONFLICTING"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class PullRequest:
    """What GitHub says of one pull request."""

    id: str
    number: int
    url: str
    state: PullRequestState
    body: str
    author: str
    head_ref: str
    head_sha: str
    paths: tuple[str, ...]
    mergeable: Mergeable
    merge_sha: str | None = None
    merged_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Base:
    """The branch that we merge into: its head, and the FAQ as it stands there."""

    repository_id: str
    head_sha: str
    document: str
    viewer: str
    required_checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """What stands on a task's branch: the FAQ at its head and at that head's parent."""

    ref_id: str
    head_sha: str
    document: str
    parent_document: str


@dataclass(frozen=True, slots=True)
class Found:
    """What there is already of a task on GitHub."""

    repository_id: str
    written: Written | None
    pull: PullRequest | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """Our open pull request, with what the merge gate has to know of its content.

    `written_sha` is the commit that we wrote, or found to be exactly what we would have
    written; `document_is_ours` tells that its FAQ is its parent's plus our entry.
    `edit` counts how often the edit was made: once, and again after each conflict.
    """

    pull: PullRequest
    our_login: str
    written_sha: str
    document_is_ours: bool
    edit: int = 1
