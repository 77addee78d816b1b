"""What a task is: its identity, where it stands, and how it can end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from shiploop.domain.delivery.branches import TASK_PREFIX
from shiploop.domain.delivery.change import Source


class Status(StrEnum):
    """Where a task stands for the person who asked."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    DONE = "done"
    ERROR = "error"
    DECLINED = "declined"

    @property
    def settled(self) -> bool:
        """True when nothing more will happen to the task."""
        return self in (Status.DONE, Status.ERROR, Status.DECLINED)


class WaitingFor(StrEnum):
    """For whom or what a parked task waits."""

    REVIEW = "review"
    CODE_OWNER = "code_owner"
    CONVERSATIONS = "conversations"


class Stage(StrEnum):
    """The step of the road that a running task is on."""

    DRAFTING = "drafting"
    OPENING = "opening"
    CHECKING = "checking"
    MERGING = "merging"
    DEPLOYING = "deploying"
    VERIFYING = "verifying"


class FailureKind(StrEnum):
    """Why a task ended as `error`. One word for each thing that somebody can act on."""

    GITHUB = "github"
    CI_FAILED = "ci_failed"
    CI_TIMEOUT = "ci_timeout"
    CONFLICT = "conflict"
    MERGE_REFUSED = "merge_refused"
    RULES = "rules"
    FROZEN = "frozen"
    DEPLOY_FAILED = "deploy_failed"
    DEPLOY_SKIPPED = "deploy_skipped"
    NEVER_LIVE = "never_live"
    UNHEALTHY_DEPLOY = "unhealthy_deploy"
    UNVERIFIED = "unverified"
    CANCELLED = "cancelled"
    CRASHED = "crashed"
    DEADLINE = "deadline"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Merge:
    """The merge of a task's pull request, as GitHub has it."""

    sha: str
    merged_at: datetime


def merge_of(sha: str | None, merged_at: datetime | None) -> Merge | None:
    """The merge, where both are known."""
    return None if sha is None or merged_at is None else Merge(sha, merged_at)


@dataclass(frozen=True, slots=True)
class TaskRequest:
    """What is asked of an agent, before it is a task.

    `fields` are JSON, `title` says it in a line. Requests with one `dedupe_key` are one task.
    """

    agent: str
    fields: Mapping[str, Any]
    dedupe_key: str
    title: str


@dataclass(frozen=True, slots=True)
class Task:
    """One accepted request on its way. `task_id` is the trace id everywhere.

    `merge` is there once an earlier attempt has merged: then only the deploy is left. `waits`
    counts how often it was parked: a task that ever was is in no TTE. `branch_prefix` was set as
    it was accepted, so that its branch keeps its name.
    """

    task_id: str
    agent: str
    request: Mapping[str, Any]
    dedupe_key: str
    title: str
    accepted_at: datetime
    deadline_at: datetime
    merge: Merge | None = None
    waits: int = 0
    branch_prefix: str = TASK_PREFIX


@dataclass(frozen=True, slots=True)
class Waiting:
    """A task goes no further for now: it is parked, and goes on when somebody has decided.

    `heads` are the commits that we wrote to its pull request, oldest first.
    """

    waiting_for: WaitingFor
    reason: str
    pull_id: str
    heads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a task ended. `failure_kind` is set exactly when `status` is `error`.

    `closest` has the sections that come nearest to what was declined.
    """

    status: Status
    reason: str
    failure_kind: FailureKind | None = None
    merge: Merge | None = None
    entry_url: str | None = None
    closest: tuple[Source, ...] = ()


# How a run of the loop ends: with the task's outcome, or with the task parked.
Result = Outcome | Waiting


def done(merge: Merge, entry_url: str) -> Outcome:
    """The change is merged, deployed and seen in production."""
    return Outcome(Status.DONE, "merged and verified live", merge=merge, entry_url=entry_url)


def declined(reason: str, closest: tuple[Source, ...] = ()) -> Outcome:
    """The agent proposes nothing, or nothing that may be shipped."""
    return Outcome(Status.DECLINED, reason, closest=closest)


def there_already(reason: str, entry_url: str) -> Outcome:
    """Production shows already what was asked for."""
    return Outcome(Status.DECLINED, reason, entry_url=entry_url)


# The reasons of a suggestion that ends without a merge; people and programs read them as they are.
REJECTED: Final = "rejected"
EXPIRED: Final = "expired"


def failed(kind: FailureKind, reason: str, merge: Merge | None = None) -> Outcome:
    """The task ended without a verified change in production."""
    return Outcome(Status.ERROR, reason, failure_kind=kind, merge=merge)


def tte_ms(accepted_at: datetime, merged_at: datetime) -> int:
    """Time to execute in milliseconds: from the accepted request to the merge (RFC glossary)."""
    return max(0, round((merged_at - accepted_at).total_seconds() * 1000))
