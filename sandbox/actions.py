"""GitHub Actions on this machine: the repository's own workflow files, run by `act` in host mode.

Nothing isolates the steps from the machine, so only run workflows that may run here.
act: https://nektosact.com/usage/
"""

from __future__ import annotations

import itertools
import json
import os
import re
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

from sandbox.act_process import started, stopped_when
from sandbox.workflow_triggers import Event, is_triggered

Conclusion = Literal["success", "failure", "skipped", "cancelled"]
Matrix = tuple[tuple[str, str], ...]

_CONCURRENT_JOBS = 8
_MATRIX_EXPRESSION = re.compile(r"\$\{\{\s*matrix\.([\w-]+)\s*\}\}")


@dataclass(frozen=True, slots=True)
class PlannedWorkflow:
    """A workflow that an event starts, and its jobs by the names that their check runs have."""

    path: Path
    name: str
    event_name: str
    jobs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JobUpdate:
    """What became of a job; `job` is its check run's name, `log` is complete once it completed."""

    job: str
    status: Literal["in_progress", "completed"]
    conclusion: Conclusion | None
    log: str


def plan(workflows_dir: Path, event: Event) -> tuple[PlannedWorkflow, ...]:
    """Choose the workflows that the event starts, in the order of their file names.

    Raises ValueError on a file that is no workflow, and on what GitHub takes but is not modelled
    here: a matrix with `include`, `exclude` or an expression, a job that calls another workflow.
    """
    planned = []
    for path in sorted([*workflows_dir.glob("*.yml"), *workflows_dir.glob("*.yaml")]):
        workflow = _load(path)
        if is_triggered(workflow.get("on"), event):
            names = tuple(_job_names(workflow).values())
            planned.append(
                PlannedWorkflow(path, workflow.get("name", path.name), event.name, names)
            )
    return tuple(planned)


def run(
    worktree: Path,
    workflow: PlannedWorkflow,
    event_payload: Mapping[str, object],
    env: Mapping[str, str],
    on_job: Callable[[JobUpdate], None],
    cancelled: threading.Event,
) -> None:
    """Run a workflow's jobs and report each as it starts and completes; return when all are over.

    `worktree` is a git checkout of the commit to test (for a pull request the test merge, whose
    first parent is the base); the steps run in a copy of it. `env` reaches the steps; of this
    process's own environment only PATH does. Every planned job is reported as completed exactly
    once, whatever happens to act; setting `cancelled` kills act and all that it started.
    """
    progress = _Progress(_job_names(_load(workflow.path)), on_job)
    with tempfile.TemporaryDirectory(
        prefix=".act-", dir=worktree.parent, ignore_cleanup_errors=True
    ) as home:
        command = _command(worktree, workflow, event_payload, env, Path(home))
        with started(command, Path(home)) as act, stopped_when(cancelled, act):
            for line in act.stdout or ():
                progress.read(line, cancelled.is_set())
            exit_code = act.wait()
    progress.finish(exit_code, cancelled.is_set())


def _load(path: Path) -> Mapping[str, Any]:
    return _parse(path.name, path.read_bytes())


@lru_cache(maxsize=64)  # every push plans all of them, and hardly ever is one of them new
def _parse(name: str, text: bytes) -> Mapping[str, Any]:
    # BaseLoader leaves every scalar a string, so that the key `on` does not become True.
    try:
        workflow = yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506
    except yaml.YAMLError as error:
        raise ValueError(f"{name} is not YAML: {error}") from error
    if not isinstance(workflow, dict) or not isinstance(workflow.get("jobs"), dict):
        raise ValueError(f"{name} is not a workflow: it has no jobs")
    return workflow


def _job_names(workflow: Mapping[str, Any]) -> dict[tuple[str, Matrix], str]:
    """Name each job as its check run is named, by its id and its place in the matrix.

    Source: https://docs.github.com/en/actions/how-tos/write-workflows/choose-what-workflows-do/run-job-variations
    """
    names = {}
    for job_id, job in workflow["jobs"].items():
        if "uses" in job:
            raise ValueError(f"job {job_id} calls another workflow, which is not modelled")
        for matrix in _matrix(job_id, job.get("strategy", {}).get("matrix", {})):
            names[job_id, matrix] = _job_name(job.get("name", job_id), matrix)
    return names


def _matrix(job_id: str, axes: object) -> Iterator[Matrix]:
    if not isinstance(axes, Mapping) or not all(isinstance(axis, list) for axis in axes.values()):
        raise ValueError(f"job {job_id} has a matrix of a kind that is not modelled")
    if axes.keys() & {"include", "exclude"}:
        raise ValueError(f"job {job_id} has a matrix with include or exclude: not modelled")
    for values in itertools.product(*axes.values()):
        yield tuple(sorted(zip(axes, values, strict=True)))


def _job_name(name: str, matrix: Matrix) -> str:
    values = dict(matrix)
    if not values:
        return name
    if "${{" in name:
        return _MATRIX_EXPRESSION.sub(lambda found: values.get(found[1], ""), name)
    return f"{name} ({', '.join(values.values())})"


def _command(
    worktree: Path,
    workflow: PlannedWorkflow,
    event_payload: Mapping[str, object],
    env: Mapping[str, str],
    home: Path,
) -> list[str]:
    event_path = home / "event.json"
    event_path.write_text(json.dumps(event_payload), encoding="utf-8")
    command = [str(Path(sys.executable).with_name("act")), workflow.event_name]
    command += ["-C", str(worktree), "-W", str(workflow.path), "-e", str(event_path), "--json"]
    command += ["-P", "ubuntu-latest=-self-hosted", "--concurrent-jobs", str(_CONCURRENT_JOBS)]
    command += ["--no-cache-server"]
    # act would read these from the worktree, that is from the pull request.
    for option in ("--env-file", "--input-file", "--secret-file", "--var-file"):
        command += [option, os.devnull]
    for name, value in env.items():
        command += ["--env", f"{name}={value}"]
    return command


@dataclass(slots=True)
class _Progress:
    """Turns act's JSON lines into one start and one completion a job."""

    names: dict[tuple[str, Matrix], str]
    on_job: Callable[[JobUpdate], None]
    logs: dict[str, list[str]] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    completed: set[str] = field(default_factory=set)
    other_lines: list[str] = field(default_factory=list)

    def read(self, line: str, is_cancelled: bool) -> None:
        """Take in one line of act's output."""
        record = _record(line)
        matrix = tuple(sorted((key, _text(value)) for key, value in record["matrix"].items()))
        job = self.names.get((record["jobID"], matrix))
        if job is None:
            self.other_lines.append(record["msg"])
            return
        if job not in self.logs:
            self.logs[job] = []
            self.on_job(JobUpdate(job, "in_progress", None, ""))
        self.logs[job].append(record["msg"].rstrip("\n"))
        if record.get("stepResult") == "failure":
            self.failed.add(job)
        if "jobResult" in record:
            # act reports every job of a matrix as failed once one of them has.
            is_success = record["jobResult"] == "success" or (matrix and job not in self.failed)
            self._complete(job, _conclusion(bool(is_success), is_cancelled))

    def finish(self, exit_code: int, is_cancelled: bool) -> None:
        """Complete the jobs that act said nothing more about: skipped, unless act itself failed."""
        is_explained = exit_code == 0 or bool(self.failed)
        for job in self.names.values():
            if job in self.completed:
                continue
            if is_cancelled:
                self._complete(job, "cancelled")
            elif job not in self.logs and is_explained:
                self._complete(job, "skipped")
            else:
                self.logs.setdefault(job, []).extend(self.other_lines)
                self._complete(job, "failure")

    def _complete(self, job: str, conclusion: Conclusion) -> None:
        self.completed.add(job)
        self.on_job(JobUpdate(job, "completed", conclusion, "\n".join(self.logs.get(job, ()))))


def _record(line: str) -> dict[str, Any]:
    with suppress(json.JSONDecodeError):
        record = json.loads(line)
        if isinstance(record, dict):
            return {"jobID": "", "msg": line, **record, "matrix": record.get("matrix") or {}}
    return {"jobID": "", "msg": line, "matrix": {}}


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _conclusion(is_success: bool, is_cancelled: bool) -> Conclusion:
    if is_success:
        return "success"
    return "cancelled" if is_cancelled else "failure"
