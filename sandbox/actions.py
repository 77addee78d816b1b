"""GitHub Actions on this machine: which workflows an event starts, and running them.

Nothing isolates the steps from the machine, so only run workflows that may run here.
docs/ci-in-the-sandbox.md says what is modelled.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from sandbox.ci.checkout import Source
from sandbox.ci.concurrency import Groups
from sandbox.ci.contexts import github_context
from sandbox.ci.expression_parser import ExpressionError
from sandbox.ci.expressions import Scope
from sandbox.ci.legs import legs_of
from sandbox.ci.results import Result, StepFailedError
from sandbox.ci.syntax import Findings, find, needs_of
from sandbox.ci.templates import holds
from sandbox.ci.values import Value, from_python, to_text
from sandbox.ci.workflow_files import read
from sandbox.ci.workflow_run import JobReport, WorkflowRun, World
from sandbox.workflow_triggers import Event, is_triggered

REFUSALS = (ExpressionError, StepFailedError)
"""What is raised where a run cannot begin: an expression of its own is wrong."""

Conclusion = Literal["success", "failure", "skipped", "cancelled", "action_required"]


@dataclass(frozen=True, slots=True)
class PlannedWorkflow:
    """A workflow that an event starts.

    `jobs` are the names that the check runs of its jobs have, as far as they are known before it
    runs; `first_jobs` are those that need no other. `invalid` says why GitHub would not start it.
    """

    path: Path
    name: str
    event_name: str
    jobs: tuple[str, ...]
    first_jobs: tuple[str, ...] = ()
    invalid: str | None = None
    concurrency: Any = None


@dataclass(frozen=True, slots=True)
class JobUpdate:
    """What became of a job; `log` is complete once it completed.

    `job` is its check run's name; `number` tells check runs of one name apart.
    """

    number: int
    job: str
    status: Literal["in_progress", "completed"]
    conclusion: Conclusion | None
    log: str


def plan(workflows_dir: Path, event: Event) -> tuple[PlannedWorkflow, ...]:
    """Choose the workflows that the event starts, in the order of their file names."""
    planned = []
    for path in sorted([*workflows_dir.glob("*.yml"), *workflows_dir.glob("*.yaml")]):
        try:
            workflow, findings = _looked_through(path.name, path.read_bytes())
        except ValueError as error:
            planned.append(_invalid(path, path.name, event, str(error)))
            continue
        name = to_text(workflow.get("name")) or path.name
        try:
            if not is_triggered(workflow.get("on"), event):
                continue
        except (TypeError, re.error) as error:
            planned.append(_invalid(path, name, event, f"{path.name} is not valid: {error}"))
            continue
        if findings.invalid:
            reason = f"{path.name} is not valid: {findings.invalid[0]}"
            planned.append(_invalid(path, name, event, reason))
            continue
        names = _names(workflow, event)
        first = [names[job_id] for job_id, job in workflow["jobs"].items() if not needs_of(job)]
        planned.append(
            PlannedWorkflow(
                path,
                name,
                event.name,
                tuple(each for some in names.values() for each in some),
                tuple(each for some in first for each in some),
                None,
                workflow.get("concurrency"),
            )
        )
    return tuple(planned)


@lru_cache(maxsize=64)  # each push and each pull request has the same few files
def _looked_through(name: str, content: bytes) -> tuple[Mapping[str, Any], Findings]:
    workflow = read(name, content)
    return workflow, find(workflow)


def _invalid(path: Path, name: str, event: Event, reason: str) -> PlannedWorkflow:
    return PlannedWorkflow(path, name, event.name, (), (), reason)


def _names(workflow: Mapping[str, Any], event: Event) -> dict[str, tuple[str, ...]]:
    """Name the check runs of each job; one whose matrix is not known yet by its id."""
    given = {"event_name": event.name, "head_ref": event.head_branch, "base_ref": event.branch}
    if event.name in ("merge_group", "push"):
        given = {"event_name": event.name, "ref_name": event.head_branch, "head_ref": ""}
    contexts: dict[str, dict[str, Value]] = {"github": {**given}, "inputs": {}, "vars": {}}
    contexts["github"]["event"] = from_python(event.payload or {})
    scope = Scope({**contexts, "needs": {}}, _FIRST)
    found: dict[str, tuple[str, ...]] = {}
    for job_id, job in workflow["jobs"].items():
        found[job_id] = (to_text(job.get("name") or job_id),)
        with contextlib.suppress(ExpressionError, ValueError):
            if "uses" not in job and (needs_of(job) or holds(job.get("if"), scope)):
                found[job_id] = tuple(leg.name for leg in legs_of(job_id, job, scope))
    return found


_FIRST: Mapping[str, Callable[..., Value]] = {
    "always": lambda: True,
    "cancelled": lambda: False,
    "failure": lambda *names: False,
    "success": lambda *names: True,
}


def scope_of(
    workflow: PlannedWorkflow, event_payload: Mapping[str, object], env: Mapping[str, str]
) -> Scope:
    """Return what the expressions of a whole run see."""
    given = {
        name.removeprefix("GITHUB_").lower(): value
        for name, value in env.items()
        if name.startswith("GITHUB_")
    }
    given |= {"workflow": workflow.name}
    github = github_context(workflow.event_name, event_payload, given)
    return Scope({"github": github, "inputs": {}, "vars": {}})


def run(
    worktree: Path,
    workflow: PlannedWorkflow,
    event_payload: Mapping[str, object],
    env: Mapping[str, str],
    on_job: Callable[[JobUpdate], None],
    is_cancelled: Callable[[], bool],
    stopped: threading.Event | None = None,
    secrets: Mapping[str, str] | None = None,
    groups: Groups | None = None,
    minute_s: float = 60.0,
) -> None:
    """Run a workflow's jobs and report each as it starts and completes; return when all are over.

    `worktree` is a git checkout of the commit to test (for a pull request the test merge, whose
    first parent is the base). `env` has what the server knows of GitHub's default variables; of
    this process's own environment only PATH reaches the steps. Every job is reported as completed
    exactly once. `is_cancelled` cancels the run as GitHub does, so that what runs `always()`
    still runs; setting `stopped` ends everything.
    """
    contexts = {**scope_of(workflow, event_payload, env).contexts, "secrets": dict(secrets or {})}
    github = contexts["github"]
    failure: list[BaseException] = []
    ending = stopped or threading.Event()

    def report(job: JobReport) -> None:
        try:
            on_job(_update(job))
        except BaseException as error:
            failure.append(error)
            ending.set()
            raise

    with tempfile.TemporaryDirectory(
        prefix=".jobs-", dir=worktree.parent, ignore_cleanup_errors=True
    ) as folder:
        world = World(
            source=Source(
                worktree,
                to_text(github.get("repository")),
                to_text(github["ref"]),
                f"{to_text(github.get('server_url'))}/{to_text(github.get('repository'))}",
            ),
            folder=Path(folder),
            variables={
                "PATH": os.pathsep.join(
                    [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
                ),
                **{name: value for name, value in env.items() if not name.startswith("GITHUB_")},
            },
            report=report,
            is_cancelled=lambda: is_cancelled() or ending.is_set(),
            is_stopped=ending.is_set,
            groups=groups or Groups(),
            minute_s=minute_s,
        )
        content = read(workflow.path.name, workflow.path.read_bytes())
        try:
            WorkflowRun(content, contexts, world).run()
        finally:
            if failure:
                raise failure[0]


def _update(job: JobReport) -> JobUpdate:
    if job.result is None:
        return JobUpdate(job.number, job.name, "in_progress", None, "")
    conclusion: Conclusion = _CONCLUSIONS[job.result]
    return JobUpdate(job.number, job.name, "completed", conclusion, job.log)


_CONCLUSIONS: Mapping[Result, Conclusion] = {
    Result.SUCCESS: "success",
    Result.FAILURE: "failure",
    Result.CANCELLED: "cancelled",
    Result.SKIPPED: "skipped",
    Result.NOT_MODELLED: "action_required",
}
