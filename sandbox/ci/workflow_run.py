"""A run of a workflow: its jobs in the order of their needs, each leg of a matrix by itself.

Sources: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idneeds
and https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from sandbox.ci.checkout import Source
from sandbox.ci.concurrency import Groups
from sandbox.ci.expression_parser import ExpressionError
from sandbox.ci.expressions import Scope
from sandbox.ci.job_run import JobOrder, JobRun
from sandbox.ci.legs import Leg, is_forgiven, legs_of, unmodelled_runner
from sandbox.ci.results import JobEnd, Result, StepFailedError, worst
from sandbox.ci.reusable import Call, call_of
from sandbox.ci.syntax import find, needs_of
from sandbox.ci.templates import holds
from sandbox.ci.values import Value, to_text

_CONCURRENT_JOBS: Final = 8


@dataclass(frozen=True, slots=True)
class JobReport:
    """What became of a check run; `number` tells those of one name apart."""

    number: int
    name: str
    result: Result | None
    """None when it has started."""
    log: str = ""


@dataclass(frozen=True, slots=True)
class World:
    """What all jobs of a run share."""

    source: Source
    folder: Path
    variables: Mapping[str, str]
    report: Callable[[JobReport], None]
    is_cancelled: Callable[[], bool]
    is_stopped: Callable[[], bool]
    groups: Groups
    minute_s: float = 60.0
    numbers: Iterator[int] = field(default_factory=itertools.count)
    slots: threading.Semaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(_CONCURRENT_JOBS)
    )


@dataclass(slots=True)
class _Job:
    """A job of the file, and how it ended once that is known."""

    job: Mapping[str, Any]
    over: threading.Event = field(default_factory=threading.Event)
    end: JobEnd = field(default_factory=lambda: JobEnd(Result.SKIPPED))


class WorkflowRun:
    """Runs a workflow once."""

    def __init__(
        self,
        workflow: Mapping[str, Any],
        contexts: Mapping[str, Value],
        world: World,
        prefix: str = "",
        depth: int = 0,
    ) -> None:
        """`contexts` are github, inputs, secrets and vars; `prefix` begins each check's name."""
        self._workflow = workflow
        self._contexts = contexts
        self._world = world
        self._prefix = prefix
        self._depth = depth
        self._not_modelled = find(workflow).not_modelled
        self._jobs = {job_id: _Job(job) for job_id, job in workflow["jobs"].items()}

    def run(self) -> dict[str, JobEnd]:
        """Run all jobs, each in a thread of its own; return how they ended."""
        with ThreadPoolExecutor(len(self._jobs), thread_name_prefix="job") as pool:
            for future in [pool.submit(self._job, job_id) for job_id in self._jobs]:
                future.result()
        return {job_id: job.end for job_id, job in self._jobs.items()}

    def _job(self, job_id: str) -> None:
        job = self._jobs[job_id]
        try:
            for needed in needs_of(job.job):
                self._jobs[needed].over.wait()
            job.end = self._decide(job_id, job.job)
        finally:
            job.over.set()

    def _decide(self, job_id: str, job: Mapping[str, Any]) -> JobEnd:
        reason = self._not_modelled.get(job_id)
        unknown = [each for each in self._ancestors(job_id) if self._result(each) == _UNKNOWN]
        if reason is None and unknown:
            reason = f"the job needs {unknown[0]}, which is not modelled"
        if reason is not None:
            return self._ended_unstarted(job_id, job, _UNKNOWN, f"not modelled: {reason}")
        scope = Scope(self._job_contexts(job), self._status_functions(job_id))
        try:
            if not holds(job.get("if"), scope):
                was_cancelled = self._world.is_cancelled()
                result = Result.CANCELLED if was_cancelled else Result.SKIPPED
                return self._ended_unstarted(job_id, job, result, "")
            legs = legs_of(job_id, job, scope)
        except (ExpressionError, ValueError) as error:
            return self._ended_unstarted(job_id, job, Result.FAILURE, f"##[error]{error}")
        return self._run_legs(job_id, job, legs)

    def _run_legs(self, job_id: str, job: Mapping[str, Any], legs: tuple[Leg, ...]) -> JobEnd:
        failed_fast = threading.Event()
        ends: list[tuple[Result, JobEnd]] = []

        def run_leg(leg: Leg) -> None:
            end = self._run_leg(job_id, job, leg, failed_fast)
            is_red = end.result is Result.FAILURE
            counted = end.result
            if is_red and is_forgiven(job, self._leg_scope(job, leg)):
                counted = Result.SUCCESS
            if counted is Result.FAILURE and leg.fail_fast:
                failed_fast.set()
            ends.append((counted, end))

        with ThreadPoolExecutor(legs[0].max_parallel or len(legs)) as pool:
            for future in [pool.submit(run_leg, leg) for leg in legs]:
                future.result()
        outputs: dict[str, str] = {}
        for _, end in ends:
            outputs |= {name: value for name, value in end.outputs.items() if value}
        return JobEnd(worst(counted for counted, _ in ends), outputs)

    def _run_leg(
        self, job_id: str, job: Mapping[str, Any], leg: Leg, failed_fast: threading.Event
    ) -> JobEnd:
        number = next(self._world.numbers)
        name = f"{self._prefix}{leg.name}"

        def is_cancelled() -> bool:
            return failed_fast.is_set() or self._is_cancelled_while_running(job_id, job)

        scope = self._leg_scope(job, leg)
        try:
            if "uses" in job:
                return self._call(job, name, scope, is_cancelled)
            missing = unmodelled_runner(job, scope)
            place = self._world.groups.enter(job.get("concurrency"), scope)
        except (ExpressionError, StepFailedError, ValueError) as error:
            return self._report(number, name, JobEnd(Result.FAILURE, {}, f"##[error]{error}"))
        if missing is not None:
            end = JobEnd(_UNKNOWN, {}, f"not modelled: {missing}")
            return self._report(number, name, end)
        with place, self._world.slots:
            if not place.wait(is_cancelled) or is_cancelled() or self._world.is_stopped():
                return self._report(number, name, JobEnd(Result.CANCELLED))
            self._world.report(JobReport(number, name, None))
            order = JobOrder(
                job_id,
                job,
                self._workflow,
                scope.contexts,
                self._world.source,
                self._world.folder / str(number),
                self._world.variables,
                self._world.minute_s,
            )

            def is_over() -> bool:
                return is_cancelled() or place.is_cancelled()

            end = JobRun(order, is_over, self._world.is_stopped).run()
        return self._report(number, name, end)

    def _call(
        self,
        job: Mapping[str, Any],
        name: str,
        scope: Scope,
        is_cancelled: Callable[[], bool],
    ) -> JobEnd:
        """Run another workflow of the repository as a job."""
        permissions = job.get("permissions", self._workflow.get("permissions"))
        worktree = self._world.source.worktree
        call = call_of(job, permissions, scope, worktree, self._depth)
        if not isinstance(call, Call):
            end = JobEnd(_UNKNOWN, {}, f"not modelled: {call}")
            return self._report(next(self._world.numbers), name, end)
        inner = replace(self._world, is_cancelled=is_cancelled)
        contexts = {**self._contexts, "inputs": call.inputs, "secrets": call.secrets}
        run = WorkflowRun(call.workflow, contexts, inner, f"{name} / ", self._depth + 1)
        ends = run.run()
        return JobEnd(worst(end.result for end in ends.values()), call.outputs(contexts, ends))

    def _ended_unstarted(
        self, job_id: str, job: Mapping[str, Any], result: Result, log: str
    ) -> JobEnd:
        """Report a job that was not multiplied: its name is as it is written."""
        name = self._prefix + to_text(job.get("name") or job_id)
        return self._report(next(self._world.numbers), name, JobEnd(result, {}, log))

    def _report(self, number: int, name: str, end: JobEnd) -> JobEnd:
        self._world.report(JobReport(number, name, end.result, end.log))
        return end

    def _leg_scope(self, job: Mapping[str, Any], leg: Leg) -> Scope:
        return Scope({**self._job_contexts(job), "matrix": leg.matrix, "strategy": leg.strategy})

    def _job_contexts(self, job: Mapping[str, Any]) -> dict[str, Value]:
        needs: dict[str, Value] = {}
        for needed in needs_of(job):
            end = self._jobs[needed].end
            needs[needed] = {"result": str(end.result), "outputs": dict(end.outputs)}
        return {**self._contexts, "needs": needs}

    def _is_cancelled_while_running(self, job_id: str, job: Mapping[str, Any]) -> bool:
        """Whether the run was cancelled, and the job's condition does not hold in spite of it.

        Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-cancellation
        """
        if not self._world.is_cancelled():
            return False
        scope = Scope(self._job_contexts(job), self._status_functions(job_id))
        return not holds(job.get("if"), scope)

    def _status_functions(self, job_id: str) -> Mapping[str, Callable[..., Value]]:
        ancestors = self._ancestors(job_id)
        is_cancelled = self._world.is_cancelled()

        def results(names: tuple[Value, ...]) -> list[Result]:
            return [self._result(each) for each in (map(to_text, names) if names else ancestors)]

        return {
            "always": lambda: True,
            "cancelled": lambda: is_cancelled,
            "failure": lambda *names: Result.FAILURE in results(names),
            "success": lambda *names: not is_cancelled and set(results(names)) <= {Result.SUCCESS},
        }

    def _result(self, job_id: str) -> Result:
        job = self._jobs.get(job_id)
        if job is None:
            raise ExpressionError(f"'{job_id}' is no job")
        return job.end.result

    def _ancestors(self, job_id: str) -> list[str]:
        """Return all jobs that a job needs, also by way of others."""
        found: dict[str, None] = {}
        waiting = list(needs_of(self._jobs[job_id].job))
        while waiting:
            each = waiting.pop()
            if each not in found:
                found[each] = None
                waiting += needs_of(self._jobs[each].job)
        return list(found)


_UNKNOWN: Final = Result.NOT_MODELLED
