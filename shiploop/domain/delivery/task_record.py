"""All that is kept of a task, and how it is read from the fields that Redis has of it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from shiploop.domain.delivery.branches import TASK_PREFIX
from shiploop.domain.delivery.change import Level, Source
from shiploop.domain.delivery.task import (
    FailureKind,
    Merge,
    Stage,
    Status,
    WaitingFor,
    merge_of,
)
from shiploop.domain.production.rollback import RollbackStatus
from shiploop.domain.timestamps import from_iso

# Of what is stored of a task; version 1 knew one agent, and its question alone.
RECORD_VERSION: Final = 2
AGENT_OF_VERSION_1: Final = "faq"

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRecord:
    """A task as it stands; None is what it has not come to.

    `stage` is where it is, `stages_entered` each stage in the order in which it was entered, as
    often as it was. `state` is that of its pull request. `ended_at` is when its last stage was
    over, `settled_at` when its outcome was written. `flaky_checks` names what turned green only
    when it was run again. `rollback` and what follows is about the
    rollback of its merge.

    `level`, `kind` and `reasons` are who decides on it, as which kind of answer, and why. `waits`
    are the times for which it was parked: the last one goes on while it has no end. Until
    `expires_at` somebody may decide; `heads` are the commits that may be approved, and
    `approved_by` is who has approved the task itself.
    """

    task_id: str
    trace_id: str
    version: int
    agent: str
    request: Mapping[str, Any]
    dedupe_key: str
    title: str
    status: Status
    created_at: datetime
    updated_at: datetime
    branch_prefix: str = TASK_PREFIX
    simulated: bool = False
    prefect_run_id: str | None = None
    runner_id: str | None = None
    cancel_requested_at: datetime | None = None
    stage: Stage | None = None
    stages_entered: tuple[tuple[Stage, datetime], ...] = ()
    generator: str | None = None
    model: str | None = None
    model_problem: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost_usd: float | None = None
    level: Level | None = None
    kind: str | None = None
    reasons: tuple[str, ...] | None = None
    pr_url: str | None = None
    pull_id: str | None = None
    waiting_for: WaitingFor | None = None
    waits: tuple[tuple[datetime, datetime | None], ...] = ()
    expires_at: datetime | None = None
    heads: tuple[str, ...] = ()
    approved_by: str | None = None
    flaky_checks: str | None = None
    state: str | None = None
    merge_sha: str | None = None
    merged_at: datetime | None = None
    tte_ms: int | None = None
    entry_url: str | None = None
    ended_at: datetime | None = None
    settled_at: datetime | None = None
    failure_kind: FailureKind | None = None
    error: str | None = None
    reason: str | None = None
    closest: tuple[Source, ...] | None = None
    rollback: RollbackStatus | None = None
    rollback_pr_url: str | None = None
    rollback_reason: str | None = None
    incident_url: str | None = None
    trb_ms: int | None = None

    @property
    def merge(self) -> Merge | None:
        """Its merge, once it is known whole."""
        return merge_of(self.merge_sha, self.merged_at)

    @property
    def deadline_from(self) -> datetime:
        """When its deadline began: as it was accepted, or as it went on after waiting."""
        return next((ended for _, ended in reversed(self.waits) if ended), self.created_at)


def read_task_record(fields: Mapping[str, str]) -> TaskRecord:
    """Read the fields of a task's hash; those that this version does not know are ignored.

    Raises KeyError or ValueError when they are no task's.
    """
    version = int(fields.get("version", "1"))
    agent, request, dedupe_key = _asked(fields, version)
    return TaskRecord(
        task_id=fields["task_id"],
        trace_id=fields["trace_id"],
        version=version,
        agent=agent,
        request=request,
        dedupe_key=dedupe_key,
        title=fields["question"],
        status=Status(fields["status"]),
        created_at=from_iso(fields["created_at"]),
        updated_at=from_iso(fields["updated_at"]),
        branch_prefix=fields.get("branch_prefix", TASK_PREFIX),
        simulated="simulated" in fields,
        prefect_run_id=fields.get("prefect_run_id"),
        runner_id=fields.get("worker_id"),
        cancel_requested_at=_read(from_iso, fields, "cancel_requested_at"),
        stage=_read(Stage, fields, "stage"),
        stages_entered=_read(_stages_entered, fields, "stages_entered") or (),
        generator=fields.get("generator"),
        model=fields.get("model"),
        model_problem=fields.get("model_problem"),
        tokens_in=_noted(int, fields, "tokens_in"),
        tokens_out=_noted(int, fields, "tokens_out"),
        cost_usd=_noted(float, fields, "cost_usd"),
        level=_read(Level, fields, "level"),
        kind=fields.get("answer_kind"),
        reasons=_read(_texts, fields, "reasons"),
        pr_url=fields.get("pr_url"),
        pull_id=fields.get("pull_id"),
        waiting_for=_read(WaitingFor, fields, "waiting_for"),
        waits=_read(_waits, fields, "waits") or (),
        expires_at=_read(from_iso, fields, "expires_at"),
        heads=tuple(fields.get("heads", "").split()),
        approved_by=fields.get("approved_by"),
        flaky_checks=fields.get("flaky_checks"),
        state=fields.get("state"),
        merge_sha=fields.get("merge_sha"),
        merged_at=_read(from_iso, fields, "merged_at"),
        tte_ms=_read(int, fields, "tte_ms"),
        entry_url=fields.get("entry_url"),
        ended_at=_read(from_iso, fields, "ended_at"),
        settled_at=_read(from_iso, fields, "settled_at"),
        failure_kind=_read(FailureKind, fields, "failure_kind"),
        error=fields.get("error"),
        reason=fields.get("reason"),
        closest=_read(_sources, fields, "closest"),
        rollback=_read(RollbackStatus, fields, "rollback"),
        rollback_pr_url=fields.get("rollback_pr_url"),
        rollback_reason=fields.get("rollback_reason"),
        incident_url=fields.get("incident_url"),
        trb_ms=_read(int, fields, "trb_ms"),
    )


def _asked(fields: Mapping[str, str], version: int) -> tuple[str, Mapping[str, Any], str]:
    """Agent, request and dedupe key."""
    if version == 1:
        return AGENT_OF_VERSION_1, {"question": fields["question"]}, fields["question_hash"]
    return fields["agent"], json.loads(fields["request"]), fields["dedupe_key"]


def _read(as_: Callable[[str], _T], fields: Mapping[str, str], name: str) -> _T | None:
    return as_(fields[name]) if name in fields else None


def _noted(as_: Callable[[str], _T], fields: Mapping[str, str], name: str) -> _T | None:
    try:
        return _read(as_, fields, name)
    except ValueError:
        return None  # an agent notes what it likes: that keeps no task from being read


def _stages_entered(text: str) -> tuple[tuple[Stage, datetime], ...]:
    """Read `stage@time stage@time …`."""
    moments = (moment.partition("@") for moment in text.split())
    return tuple((Stage(stage), from_iso(at)) for stage, _, at in moments)


def _waits(text: str) -> tuple[tuple[datetime, datetime | None], ...]:
    """Read `begin/end begin/end …`, of which the last may have no end yet."""
    spans = (span.partition("/") for span in text.split())
    return tuple((from_iso(begin), from_iso(end) if end else None) for begin, _, end in spans)


def _texts(text: str) -> tuple[str, ...]:
    return tuple(map(str, json.loads(text)))


def _sources(text: str) -> tuple[Source, ...]:
    return tuple(Source(one["path"], one["anchor"], one["title"]) for one in json.loads(text))
