"""Holds a workflow file against the constructs that GitHub documents.

What GitHub would refuse is invalid; what it takes and is not modelled here is told by job.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.ci.constructs import EVENTS, MODELLED, OTHER_EVENTS, REFUSED, Construct, Shape
from sandbox.ci.expression_parser import ExpressionError
from sandbox.ci.matrix import strategy_of
from sandbox.ci.permissions import permission_problems
from sandbox.ci.templates import check, condition, expressions, parts
from sandbox.ci.values import Value

_IDENTIFIER = re.compile(r"(?!__)[A-Za-z_][A-Za-z0-9_-]{0,99}")
_ACTION = re.compile(r"\./.*|docker://.+|[^/@]+/[^@]+@[^@]+")


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong with a workflow file.

    `invalid` are sentences; `not_modelled` says by job what of it is not modelled.
    """

    invalid: tuple[str, ...]
    not_modelled: Mapping[str, str]


def find(workflow: Mapping[str, Any]) -> Findings:
    """Look through a workflow file's content."""
    invalid = list(_events(workflow.get("on")))
    if not isinstance(workflow.get("jobs"), dict) or not workflow["jobs"]:
        return Findings((*invalid, "there are no jobs"), {})
    walk = _Walk()
    walk.keys(workflow, "", "")
    walk.invalid += permission_problems(workflow.get("permissions"))
    if not walk.invalid:
        walk.invalid += _jobs(workflow["jobs"])
    everywhere = walk.not_modelled.pop("", None)
    if everywhere is not None:
        walk.not_modelled = dict.fromkeys(workflow["jobs"], everywhere)
    return Findings((*invalid, *walk.invalid), walk.not_modelled)


class _Walk:
    """Goes through all places of a workflow file."""

    def __init__(self) -> None:
        self.invalid: list[str] = []
        self.not_modelled: dict[str, str] = {}

    def keys(self, mapping: Mapping[str, Any], place: str, job: str) -> None:
        """Look at a mapping whose keys the documents name."""
        for key, value in mapping.items():
            inner = f"{place}.{key}".lstrip(".")
            if inner in REFUSED:
                self.not_modelled.setdefault(job, REFUSED[inner])
            elif inner in MODELLED:
                self._value(value, inner, job)
            else:
                self.invalid.append(f"Unexpected value '{key}' in {place or 'the workflow'}")

    def _value(self, value: Value, place: str, job: str) -> None:
        construct = MODELLED[place]
        if isinstance(value, str):
            self._expressions(value, place, construct)
            if construct.contexts and "${{" in value:
                return  # what it becomes is looked at when it is known
        match construct.shape, value:
            case _, None:
                pass
            case Shape.ANY, _:
                self._expressions(value, place, construct)
            case Shape.KEYS | Shape.SCALAR_OR_KEYS, dict():
                self.keys(value, place, job)
            case Shape.NAMES, dict():
                self._names(value, place, job)
            case Shape.LIST, list():
                for item in value:
                    self._value(item, f"{place}.[]", job)
            case Shape.SCALARS, list() if all(isinstance(item, str) for item in value):
                pass
            case Shape.SCALAR | Shape.SCALARS | Shape.SCALAR_OR_KEYS, str() | bool() | float():
                pass
            case _:
                self.invalid.append(f"{place} must be {construct.shape.value}")

    def _names(self, mapping: Mapping[str, Any], place: str, job: str) -> None:
        for key, value in mapping.items():
            named = f"{place}.{key}"
            self._value(
                value,
                named if named in MODELLED else f"{place}.*",
                key if place == "jobs" else job,
            )

    def _expressions(self, value: Value, place: str, construct: Construct) -> None:
        try:
            found = list(expressions(value))
            if place.endswith(".if"):
                found = [condition(value)] if isinstance(value, str) else []
            if found and not construct.contexts:
                raise ExpressionError("an expression is not allowed here")
            for node in found:
                check(node, construct.contexts, construct.functions)
        except ExpressionError as error:
            self.invalid.append(f"{place}: {error}")


def _events(on: Value) -> Iterator[str]:
    names = [on] if isinstance(on, str) else on
    if not isinstance(names, list | dict) or not names:
        yield "there is no event in `on`"
        return
    for name in names:
        if name not in EVENTS.keys() | OTHER_EVENTS:
            yield f"Unexpected value '{name}' in on"
    if isinstance(on, dict):
        for name in on.keys() & EVENTS.keys():
            yield from _filters(name, on[name])


def _filters(event: str, filters: Value) -> Iterator[str]:
    if filters is None:
        return
    if not isinstance(filters, dict):
        yield f"on.{event} must be a mapping"
        return
    for key in filters.keys() - EVENTS[event]:
        yield f"Unexpected value '{key}' in on.{event}"
    for kind in ("branches", "paths", "tags"):
        if {kind, f"{kind}-ignore"} <= filters.keys():
            yield f"on.{event} has both {kind} and {kind}-ignore"
    for key in filters.keys() & (EVENTS[event] - EVENTS["workflow_call"]):
        patterns = filters[key] if isinstance(filters[key], list) else [filters[key]]
        if not all(isinstance(each, str) for each in patterns):
            yield f"on.{event}.{key} must be a list of strings"


def _jobs(jobs: Mapping[str, Any]) -> Iterator[str]:
    for job_id, job in jobs.items():
        if not _IDENTIFIER.fullmatch(job_id):
            yield f"the job id '{job_id}' is invalid"
        if not isinstance(job, dict):
            yield f"job '{job_id}' must be a mapping"
            continue
        yield from _job(job_id, job)
    if all(isinstance(job, dict) for job in jobs.values()):
        yield from _dependencies(jobs)


def _job(job_id: str, job: Mapping[str, Any]) -> Iterator[str]:
    if "uses" in job:
        for key in ("runs-on", "steps", "outputs", "env", "defaults", "timeout-minutes"):
            if key in job:
                yield f"job '{job_id}' uses a workflow, and has '{key}'"
        return
    if not job.get("runs-on"):
        yield f"Required property is missing: runs-on (job '{job_id}')"
    for key in job.keys() & {"with", "secrets"}:
        yield f"Unexpected value '{key}' in job '{job_id}'"
    yield from permission_problems(job.get("permissions"))
    yield from _steps(job_id, job.get("steps"))
    if not any(True for _ in expressions(job.get("strategy"))):
        try:
            strategy_of(job.get("strategy"))
        except ValueError as error:
            yield f"job '{job_id}': {error}"


def _steps(job_id: str, steps: Value) -> Iterator[str]:
    ids: set[str] = set()
    for step in steps or ():
        if not isinstance(step, dict):
            yield f"a step of job '{job_id}' must be a mapping"
            continue
        if step.keys() & {"wait", "wait-all", "cancel", "parallel"}:
            continue
        if ("run" in step) == ("uses" in step):
            yield f"a step of job '{job_id}' must have either 'run' or 'uses'"
        if "uses" in step and not _ACTION.fullmatch(str(step["uses"])):
            yield f"Expected format {{org}}/{{repo}}[/path]@ref. Actual '{step['uses']}'"
        for key in step.keys() & ({"with"} if "run" in step else {"shell", "working-directory"}):
            yield f"Unexpected value '{key}' in a step of job '{job_id}'"
        step_id = step.get("id")
        if step_id is None:
            continue
        if not isinstance(step_id, str) or not _IDENTIFIER.fullmatch(step_id):
            yield f"the step id '{step_id}' is invalid"
        elif step_id.lower() in ids:
            yield f"the step id '{step_id}' is not unique in job '{job_id}'"
        else:
            ids.add(step_id.lower())


def needs_of(job: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ids of the jobs that a job needs."""
    needs = job.get("needs") or ()
    return (needs,) if isinstance(needs, str) else tuple(needs)


def _dependencies(jobs: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for job_id, job in jobs.items():
        for needed in needs_of(job):
            if needed not in jobs:
                yield f"Job '{job_id}' depends on unknown job '{needed}'."
                return
    waiting = {job_id: set(needs_of(job)) for job_id, job in jobs.items()}
    while ready := [job_id for job_id, needs in waiting.items() if not needs & waiting.keys()]:
        for job_id in ready:
            del waiting[job_id]
    if waiting:
        yield f"the jobs {', '.join(waiting)} need each other"


def has_expression(text: object) -> bool:
    """Tell whether a name is written with an expression."""
    return isinstance(text, str) and any(not isinstance(part, str) for part in parts(text))
