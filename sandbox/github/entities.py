"""What hangs on a repository: pull requests, checks, deployments, hooks and the rest."""

import dataclasses
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Literal

from sandbox.ci.concurrency import Groups
from sandbox.github.accounts import Account
from sandbox.github.commit_reports import CommitStatus, Deployment
from sandbox.github.git_repository import GitRepository
from sandbox.github.queue_entries import QueueEntry, Removal
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.requirements import App, Protection, Ruleset

Mergeable = Literal["MERGEABLE", "CONFLICTING", "UNKNOWN"]


@dataclasses.dataclass(slots=True)
class Label:
    """A label of a repository."""

    id: int
    name: str
    created_at: datetime
    color: str = "ededed"
    description: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Reaction:
    """What somebody thinks of an issue, a pull request or a comment; `content` as REST has it."""

    id: int
    user: Account
    content: str
    created_at: datetime


@dataclasses.dataclass(slots=True)
class Comment:
    """A comment on an issue or a pull request."""

    id: int
    author: Account
    body: str
    created_at: datetime
    updated_at: datetime
    reactions: list[Reaction] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True, slots=True)
class Review:
    """What somebody says of a pull request as a whole; `state` as GitHub writes it."""

    id: int
    author: Account
    state: Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED"]
    body: str
    commit_sha: str
    submitted_at: datetime


@dataclasses.dataclass(slots=True)
class Thread:
    """A conversation on a file of a pull request."""

    id: int
    path: str
    is_resolved: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class DraftChange:
    """That somebody has made a draft ready for review, or a draft of what was none."""

    id: int
    draft: bool
    actor: Account
    created_at: datetime


@dataclasses.dataclass(slots=True, kw_only=True)
class Issue:
    """An issue; a pull request is one too, and shares its numbers."""

    id: int
    number: int
    title: str
    body: str
    author: Account
    created_at: datetime
    updated_at: datetime
    open: bool = True
    closed_at: datetime | None = None
    closed_by: Account | None = None
    state_reason: str | None = None
    labels: list[Label] = dataclasses.field(default_factory=list)
    comments: list[Comment] = dataclasses.field(default_factory=list)
    reactions: list[Reaction] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(slots=True, kw_only=True)
class PullRequest(Issue):
    """A pull request, with its last test merge and the check suites of its head commit."""

    head_ref: str
    head_sha: str
    head_repository: "Repository"
    base_ref: str
    base_sha: str
    draft: bool = False
    merged_at: datetime | None = None
    merged_by: Account | None = None
    merge_commit_sha: str | None = None
    closed_for_good: bool = False
    test_merge: "TestMerge | None" = None
    suites: list["CheckSuite"] = dataclasses.field(default_factory=list)
    reviews: list[Review] = dataclasses.field(default_factory=list)
    draft_changes: list[DraftChange] = dataclasses.field(default_factory=list)
    threads: list[Thread] = dataclasses.field(default_factory=list)
    removals: list[Removal] = dataclasses.field(default_factory=list)

    @property
    def merged(self) -> bool:
        """Whether it has been merged."""
        return self.merged_at is not None


@dataclasses.dataclass(frozen=True, slots=True)
class TestMerge:
    """Whether `head_sha` merges into `base_sha`; `tree` is None on a conflict."""

    __test__ = False

    base_sha: str
    head_sha: str
    tree: str | None


@dataclasses.dataclass(slots=True)
class WorkflowRun:
    """A run of a workflow; `restart` runs jobs of these names again as its next attempt."""

    id: int
    workflow_id: int
    number: int
    name: str
    path: str
    event: str
    restart: Callable[[frozenset[str]], None]
    attempt: int = 1


@dataclasses.dataclass(slots=True)
class CheckSuite:
    """The check runs of one app on a commit; GitHub Actions has one for each workflow run.

    `may_grow` is true while jobs may still get check runs, `tells` while its jobs run and say
    themselves how they end; `startup_failure` says why GitHub does not start the workflow.
    """

    id: int
    repository: "Repository"
    app: App
    head_branch: str
    head_sha: str
    created_at: datetime
    updated_at: datetime
    pull: PullRequest | None = None
    workflow_run: WorkflowRun | None = None
    runs: list["CheckRun"] = dataclasses.field(default_factory=list)
    cancelled: bool = False
    may_grow: bool = False
    tells: bool = False
    startup_failure: str | None = None


@dataclasses.dataclass(slots=True)
class CheckRun:
    """One result of a job, or of another app, on a commit; `attempt` counts those of its name."""

    id: int
    suite: CheckSuite
    name: str
    started_at: datetime
    status: Literal["queued", "in_progress", "completed"] = "queued"
    conclusion: str | None = None
    completed_at: datetime | None = None
    log: str = ""
    attempt: int = 1
    external_id: str = ""
    details_url: str = ""


@dataclasses.dataclass(slots=True)
class Hook:
    """A repository's webhook."""

    id: int
    url: str
    secret: str | None
    events: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    active: bool = True


@dataclasses.dataclass(frozen=True, slots=True)
class Notification:
    """A mention that would have pinged somebody."""

    login: str
    where: str
    text: str


@dataclasses.dataclass(slots=True)
class Repository:
    """One repository; its collections are changed only under GitHub's lock."""

    id: int
    owner: Account
    name: str
    git: GitRepository
    created_at: datetime
    pushed_at: datetime
    default_branch: str = "main"
    has_issues: bool = True
    archived: bool = False
    source: "Repository | None" = None  # what it is a fork of
    issues: dict[int, Issue] = dataclasses.field(default_factory=dict)
    pulls: dict[int, PullRequest] = dataclasses.field(default_factory=dict)
    open_pulls_by_head: dict[str, list[PullRequest]] = dataclasses.field(
        default_factory=lambda: defaultdict(list)
    )
    labels: dict[str, Label] = dataclasses.field(default_factory=dict)
    suites: dict[str, list[CheckSuite]] = dataclasses.field(
        default_factory=lambda: defaultdict(list)
    )
    statuses: dict[str, list[CommitStatus]] = dataclasses.field(
        default_factory=lambda: defaultdict(list)
    )
    deployments: dict[int, Deployment] = dataclasses.field(default_factory=dict)
    hooks: dict[int, Hook] = dataclasses.field(default_factory=dict)
    rulesets: dict[int, Ruleset] = dataclasses.field(default_factory=dict)
    queues: dict[str, list[QueueEntry]] = dataclasses.field(
        default_factory=lambda: defaultdict(list)
    )
    workflow_ids: dict[str, int] = dataclasses.field(default_factory=dict)
    merge_methods: frozenset[str] = frozenset({"squash"})
    protections: dict[str, Protection] = dataclasses.field(default_factory=dict)
    concurrency: Groups = dataclasses.field(default_factory=Groups)

    @property
    def full_name(self) -> str:
        """`owner/name`."""
        return f"{self.owner.login}/{self.name}"

    def require_writable(self) -> None:
        """Refuse a change of what is archived.

        Source: https://docs.github.com/en/repositories/archiving-a-github-repository/archiving-repositories
        """
        if self.archived:
            message = "Repository was archived so is read-only."
            raise RefusedError(Reason.FORBIDDEN, message)

    def next_number(self) -> int:
        """The number of the next issue or pull request."""
        return len(self.issues) + len(self.pulls) + 1

    def no_longer_open(self, pull: PullRequest) -> None:
        """Take a pull request out of those that its branch has open."""
        if pull.head_repository is not self:
            return
        still_open = self.open_pulls_by_head[pull.head_ref]
        still_open.remove(pull)
        if not still_open:
            del self.open_pulls_by_head[pull.head_ref]

    def issue(self, number: int) -> Issue | None:
        """Return the issue or pull request of that number."""
        return self.issues.get(number) or self.pulls.get(number)
