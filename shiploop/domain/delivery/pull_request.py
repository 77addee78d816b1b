"""A pull request as the loop needs to know it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shiploop.domain.delivery.change import Files
from shiploop.domain.delivery.checks import NOTHING_KNOWN, KnownChecks
from shiploop.domain.delivery.task import Merge, merge_of
from shiploop.domain.delivery.webhook_facts import DeployState


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
    """What GitHub says of one pull request.

    `other_base` is the branch that somebody has pointed it at, None where it is still ours: what
    is merged there is no merge of ours. `is_behind`: its base asks for branches that are up to
    date, and this one is not.
    """

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
    other_base: str | None = None
    is_draft: bool = False
    is_behind: bool = False

    @property
    def merge(self) -> Merge | None:
        """Its merge, None where it has none."""
        return merge_of(self.merge_sha, self.merged_at)


@dataclass(frozen=True, slots=True)
class Base:
    """The branch that we merge into: its head, and the files that were asked for there.

    `required_checks` are those that its rules ask for, `expected_apps` which of them has to come
    from one app, by its number. `place` names it for people, as `owner/name@branch`; `repository`
    is what GitHub calls it now, which is another name once it was renamed or transferred.
    `template` is that of pull requests, None where it was not asked for, or is not there.
    """

    repository_id: str
    repository: str
    head_sha: str
    files: Files
    viewer: str
    required_checks: tuple[str, ...]
    place: str
    expected_apps: tuple[tuple[str, int], ...] = ()
    template: str | None = None


@dataclass(frozen=True, slots=True)
class HeadChecks:
    """What was read of the head commit of one pull request.

    `other_base` is the branch that somebody has pointed the pull request at, None where it is
    still ours. GitHub starts no workflow for a head that is `conflicting`, until that is resolved.
    `deployed` has the state of its newest deployment to each environment, where it was asked for.
    Source: https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#pull_request
    """

    sha: str
    checks: KnownChecks = NOTHING_KNOWN
    conflicting: bool = False
    other_base: str | None = None
    pull_id: str = field(default="", compare=False)
    deployed: Mapping[str, DeployState] = field(default_factory=dict)

    @property
    def is_silent(self) -> bool:
        """True where GitHub had nothing to tell (yet)."""
        return self == HeadChecks(self.sha)


@dataclass(frozen=True, slots=True)
class Written:
    """What stands on a task's branch: files at its head, and at that head's only parent.

    `parent_files` is empty where the head has not exactly one parent, which `parent_sha` names.
    """

    ref_id: str
    head_sha: str
    files: Files
    parent_files: Files
    parent_sha: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What there is already of a task on GitHub."""

    repository_id: str
    written: Written | None
    pull: PullRequest | None


@dataclass(frozen=True, slots=True)
class OwnPullRequest:
    """Our open pull request, with what the merge gate has to know of its content.

    `written_sha` is the commit that we wrote, or found to be exactly what we would have
    written; `is_exact_edit` tells that its files are its parent's with our edit, which
    changes `paths`. `required_checks` and `expected_apps` are those of its base. `edit` counts how
    often the edit was made: once, and again after each conflict; `earlier_heads` are the commits
    that we wrote before this one. `needs_review`: a person decides whether it is merged. `pushes`
    of formatters are among the commits that count as ours.
    """

    pull: PullRequest
    our_login: str
    written_sha: str
    paths: tuple[str, ...]
    required_checks: tuple[str, ...]
    is_exact_edit: bool
    edit: int = 1
    expected_apps: tuple[tuple[str, int], ...] = ()
    needs_review: bool = False
    earlier_heads: tuple[str, ...] = ()
    pushes: int = 0

    @property
    def heads(self) -> tuple[str, ...]:
        """Every commit of ours on it, oldest first: all hold the same signed change."""
        return (*self.earlier_heads, self.written_sha)
