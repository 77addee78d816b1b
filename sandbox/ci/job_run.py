"""One job, or one leg of a matrix, run on this machine from its first step to its outputs.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idsteps
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sandbox.ci.checkout import Source, check_out
from sandbox.ci.composite import Action, read_action
from sandbox.ci.contexts import runner_context, variables
from sandbox.ci.expression_parser import ExpressionError
from sandbox.ci.expressions import Scope
from sandbox.ci.filled_keys import flag_of, minutes_of, texts_of, values_of
from sandbox.ci.hash_files import hash_files
from sandbox.ci.job_log import JobLog
from sandbox.ci.results import JobEnd, NotModelledError, Result, StepFailedError
from sandbox.ci.shells import ScriptRunner
from sandbox.ci.templates import fill, fill_text, holds
from sandbox.ci.values import Value, to_text

_DEFAULT_TIMEOUT_MINUTES = 360.0
_CANCEL_GRACE_S: Final = 300.0
"""A job that was cancelled has so long for its steps that run `always()`.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-cancellation
"""
_MAX_COMPOSITE_DEPTH = 10
_NOT_IN_COMPOSITE = frozenset({"needs", "secrets", "vars"})
_TIMED_OUT = "The job has exceeded its maximum execution time, and was canceled."
_CANCELLED = "The operation was canceled."


@dataclass(frozen=True, slots=True)
class JobOrder:
    """What is to be run: a job with its contexts, and a folder of its own."""

    job_id: str
    job: Mapping[str, Any]
    workflow: Mapping[str, Any]
    contexts: Mapping[str, Value]
    """github, inputs, matrix, needs, secrets, strategy and vars."""
    source: Source
    folder: Path
    variables: Mapping[str, str]
    """PATH, as steps have it at first, and what else they find set."""
    minute_s: float = 60.0
    """How long a minute of a time limit is."""


@dataclass(slots=True)
class _Frame:
    """The steps of a job, or of a composite action within it."""

    steps: dict[str, Value]
    inputs: Value
    status: Result = Result.SUCCESS
    action_folder: Path | None = None
    depth: int = 0
    outer_environment: Mapping[str, str] = field(default_factory=dict)


class JobRun:
    """Runs a job once."""

    def __init__(
        self, order: JobOrder, is_cancelled: Callable[[], bool], is_stopped: Callable[[], bool]
    ) -> None:
        self._order = order
        self._is_cancelled_outside = is_cancelled
        self._is_stopped = is_stopped
        self._cancelled_at: float | None = None
        self._deadline = float("inf")
        self._environment: dict[str, str] = {}
        self._workspace = order.folder / "work" / (order.source.repository.split("/")[-1] or "_")
        self._log = JobLog(to_text(value) for value in values_of(order.contexts.get("secrets")))
        self._scripts = ScriptRunner(order.folder, self._workspace, order.variables, self._log)

    def run(self) -> JobEnd:
        """Run the steps, and return how the job ended; its processes are gone by then."""
        for name in ("commands", "home", "temp", "tools"):
            (self._order.folder / name).mkdir(parents=True)
        self._workspace.mkdir(parents=True)
        frame = _Frame({}, self._order.contexts.get("inputs"))
        try:
            return self._run(frame)
        except NotModelledError as missing:
            self._log.add(f"not modelled: {missing}")
            return JobEnd(Result.NOT_MODELLED, {}, self._log.text())
        finally:
            self._scripts.close()

    def _run(self, frame: _Frame) -> JobEnd:
        outputs: dict[str, str] = {}
        try:
            self._begin(frame)
            for step in self._order.job.get("steps") or ():
                self._step(step, frame)
            outputs = self._outputs(frame)
        except (ExpressionError, StepFailedError) as error:
            self._log.error(str(error))
            frame.status = Result.FAILURE
        result = frame.status
        if self._cancelled_at is not None:
            self._log.error(_TIMED_OUT if self._cancelled_at >= self._deadline else _CANCELLED)
            result = Result.CANCELLED
        return JobEnd(result, outputs, self._log.text())

    def _begin(self, frame: _Frame) -> None:
        scope = self._scope(frame, {})
        minutes = minutes_of(self._order.job, scope, _DEFAULT_TIMEOUT_MINUTES)
        self._deadline = time.monotonic() + minutes * self._order.minute_s
        for where in (self._order.workflow, self._order.job):
            self._environment |= texts_of(where.get("env"), scope)

    def _outputs(self, frame: _Frame) -> dict[str, str]:
        filled = texts_of(self._order.job.get("outputs"), self._scope(frame, {}))
        return {name: value for name, value in filled.items() if not self._log.is_secret(value)}

    def _step(self, step: Mapping[str, Any], frame: _Frame) -> None:
        """Run a step, unless its condition keeps it from running, and keep how it ended."""
        outputs: dict[str, str] = {}
        outcome = conclusion = Result.SKIPPED
        try:
            own = texts_of(step.get("env"), self._scope(frame, {}))
            if self._wants(step, frame, own):
                outcome = self._execute(step, frame, own, outputs)
                conclusion = self._forgiven(step, frame, own, outcome)
        except (ExpressionError, StepFailedError) as error:
            self._log.error(str(error))
            outcome = Result.FAILURE
            conclusion = self._forgiven(step, frame, {}, outcome)
        if conclusion in (Result.FAILURE, Result.CANCELLED) and frame.status is Result.SUCCESS:
            frame.status = conclusion
        frame.steps[step.get("id") or f"__{len(frame.steps)}"] = {
            "outcome": str(outcome),
            "conclusion": str(conclusion),
            "outputs": dict(outputs),
        }

    def _wants(self, step: Mapping[str, Any], frame: _Frame, own: Mapping[str, str]) -> bool:
        if self._is_stopped() or self._is_grace_over():
            return False
        self._look_for_cancellation()
        return holds(step.get("if"), self._scope(frame, own))

    def _forgiven(
        self, step: Mapping[str, Any], frame: _Frame, own: Mapping[str, str], outcome: Result
    ) -> Result:
        if outcome is not Result.FAILURE:
            return outcome
        try:
            forgiven = fill(step.get("continue-on-error"), self._scope(frame, own))
        except ExpressionError as error:
            self._log.error(str(error))
            return outcome
        return Result.SUCCESS if flag_of(forgiven) else outcome

    def _execute(
        self,
        step: Mapping[str, Any],
        frame: _Frame,
        own: Mapping[str, str],
        outputs: dict[str, str],
    ) -> Result:
        if "run" not in step:
            return self._use(step, frame, own, outputs)
        scope = self._scope(frame, own)
        minutes = minutes_of(step, scope, float("inf"))
        was_cancelled = self._cancelled_at is not None
        shell, folder = self._shell_and_folder(step, frame, scope)

        def is_interrupted() -> bool:
            if self._is_stopped() or self._is_grace_over():
                return True
            if was_cancelled or not self._look_for_cancellation():
                return False
            return not holds(step.get("if"), self._scope(frame, own))

        return self._scripts.run(
            fill_text(step["run"], scope),
            shell,
            folder,
            self._environment_of(frame, own),
            time.monotonic() + minutes * self._order.minute_s,
            is_interrupted,
            self._environment,
            outputs,
        )

    def _shell_and_folder(
        self, step: Mapping[str, Any], frame: _Frame, scope: Scope
    ) -> tuple[str, str]:
        found = {"shell": "", "working-directory": ""}
        places = [step]
        if frame.action_folder is None:
            wheres = (self._order.job, self._order.workflow)
            places += [(where.get("defaults") or {}).get("run") or {} for where in wheres]
        for name in found:
            given = (fill_text(place.get(name), scope) for place in places)
            found[name] = next(filter(None, given), "")
        return found["shell"], found["working-directory"]

    def _use(
        self,
        step: Mapping[str, Any],
        frame: _Frame,
        own: Mapping[str, str],
        outputs: dict[str, str],
    ) -> Result:
        uses = step["uses"]
        inputs = texts_of(step.get("with"), self._scope(frame, own))
        if uses.lower().startswith("actions/checkout@"):
            self._log.add(f"##[group]Run {uses}", "##[endgroup]")
            outputs["commit"] = check_out(self._order.source, self._workspace, inputs)
            outputs["ref"] = inputs.get("ref") or self._order.source.ref
            return Result.SUCCESS
        if not uses.startswith("./"):
            raise NotModelledError(f"the action {uses}")
        if frame.depth >= _MAX_COMPOSITE_DEPTH:
            raise StepFailedError("The nesting of composite actions is too deep")
        action = read_action(self._workspace, uses)
        return self._compose(action, frame, own, inputs, outputs)

    def _compose(
        self,
        action: Action,
        frame: _Frame,
        own: Mapping[str, str],
        inputs: Mapping[str, str],
        outputs: dict[str, str],
    ) -> Result:
        scope = self._scope(frame, own)
        given = {name: inputs.get(name, default) for name, default in action.defaults(scope)}
        inner = _Frame({}, given, Result.SUCCESS, action.folder, frame.depth + 1, {**own})
        for step in action.steps:
            self._step(step, inner)
        outputs |= texts_of(action.outputs, self._scope(inner, {}))
        if self._cancelled_at is not None and inner.status is not Result.SUCCESS:
            return Result.CANCELLED
        return inner.status

    def _environment_of(self, frame: _Frame, own: Mapping[str, str]) -> dict[str, str]:
        github = {**self._github(frame)}
        found = self._environment | dict(frame.outer_environment) | dict(own) | variables(github)
        if frame.action_folder is not None:
            found["GITHUB_ACTION_PATH"] = str(frame.action_folder)
        return found | {"GITHUB_JOB": self._order.job_id}

    def _github(self, frame: _Frame) -> dict[str, Value]:
        more: dict[str, Value] = {
            "job": self._order.job_id,
            "workspace": str(self._workspace),
            "event_path": str(self._scripts.event_path(self._order.contexts["github"])),
            "token": self._order.contexts["secrets"].get("GITHUB_TOKEN", ""),
            "action_path": str(frame.action_folder or ""),
        }
        return {**self._order.contexts["github"], **more}

    def _scope(self, frame: _Frame, own: Mapping[str, str]) -> Scope:
        is_cancelled = self._cancelled_at is not None
        status = Result.CANCELLED if is_cancelled else frame.status
        hidden = _NOT_IN_COMPOSITE if frame.action_folder is not None else frozenset()
        contexts = {
            **{name: value for name, value in self._order.contexts.items() if name not in hidden},
            "github": self._github(frame),
            "inputs": frame.inputs,
            "env": {**self._environment, **frame.outer_environment, **own},
            "job": {"status": str(status)},
            "runner": runner_context(self._order.folder),
            "steps": frame.steps,
        }
        return Scope(
            contexts,
            {
                "always": lambda: True,
                "cancelled": lambda: is_cancelled,
                "failure": lambda: status is Result.FAILURE,
                "success": lambda: status is Result.SUCCESS,
                "hashfiles": lambda *patterns: hash_files(self._workspace, patterns),
            },
        )

    def _look_for_cancellation(self) -> bool:
        """Notice that somebody, or the time limit, has cancelled the job."""
        if self._cancelled_at is None:
            now = time.monotonic()
            if now < self._deadline and not self._is_cancelled_outside():
                return False
            self._cancelled_at = now
        return True

    def _is_grace_over(self) -> bool:
        at = self._cancelled_at
        return at is not None and time.monotonic() > at + _CANCEL_GRACE_S
