"""Jobs that call another workflow of the same repository.

Source: https://docs.github.com/en/actions/how-tos/reuse-automations/reuse-workflows
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.ci.expression_parser import ExpressionError
from sandbox.ci.expressions import Scope
from sandbox.ci.permissions import excess
from sandbox.ci.results import JobEnd, StepFailedError
from sandbox.ci.syntax import find
from sandbox.ci.templates import fill, fill_text
from sandbox.ci.values import Value, number_of, to_text
from sandbox.ci.workflow_files import read

_MAX_DEPTH = 10
_DEFAULTS: Mapping[str, Value] = {"string": "", "boolean": False, "number": 0.0}
_TYPES: Mapping[str, type] = {"string": str, "boolean": bool, "number": float}


@dataclass(frozen=True, slots=True)
class Call:
    """A called workflow with what it was given."""

    workflow: Mapping[str, Any]
    inputs: dict[str, Value]
    secrets: dict[str, Value]
    declared_outputs: Mapping[str, Any]

    def outputs(self, contexts: Mapping[str, Value], ends: Mapping[str, JobEnd]) -> dict[str, str]:
        """Return the outputs that the caller sees."""
        jobs: dict[str, Value] = {
            job_id: {"result": str(end.result), "outputs": dict(end.outputs)}
            for job_id, end in ends.items()
        }
        scope = Scope({**contexts, "jobs": jobs})
        return {
            name: fill_text((given or {}).get("value"), scope)
            for name, given in self.declared_outputs.items()
        }


def call_of(
    job: Mapping[str, Any], permissions: Value, scope: Scope, worktree: Path, depth: int
) -> Call | str:
    """Read the workflow that a job calls; a string says what of it is not modelled.

    Raises StepFailedError or ExpressionError where GitHub refuses the call.
    """
    uses = to_text(job["uses"])
    if not uses.startswith("./.github/workflows/"):
        return f"the workflow {uses} of another repository"
    if depth + 1 >= _MAX_DEPTH:
        raise StepFailedError("Nested reusable workflow depth exceeded")
    path = worktree / uses
    if not path.is_file() or not path.resolve().is_relative_to(worktree.resolve()):
        raise StepFailedError(f"error parsing called workflow '{uses}': workflow was not found")
    workflow = read(path.name, path.read_bytes())
    on = workflow.get("on")
    if on != "workflow_call" and "workflow_call" not in (on or ()):
        raise StepFailedError(f"{uses}: workflow is not reusable: no 'workflow_call' in 'on'")
    findings = find(workflow)
    if findings.invalid:
        raise StepFailedError(f"{uses}: {findings.invalid[0]}")
    _check_permissions(uses, permissions, workflow)
    declared = (on.get("workflow_call") if isinstance(on, dict) else None) or {}
    inputs = _inputs(declared.get("inputs") or {}, fill(job.get("with") or {}, scope), scope)
    secrets = _secrets(declared.get("secrets") or {}, job.get("secrets"), scope)
    return Call(workflow, inputs, secrets, declared.get("outputs") or {})


def _check_permissions(uses: str, allowed: Value, workflow: Mapping[str, Any]) -> None:
    """Refuse a workflow that asks for more than its caller may do."""
    asked = [workflow.get("permissions")]
    asked += [job.get("permissions") for job in workflow["jobs"].values()]
    for each in asked:
        if (more := excess(allowed, each)) is not None:
            raise StepFailedError(f"{uses} is requesting '{more}', which the caller may not")


def _inputs(declared: Mapping[str, Any], given: Value, scope: Scope) -> dict[str, Value]:
    for name in given:
        if name not in declared:
            raise StepFailedError(f"Invalid input, {name} is not defined in the called workflow")
    found: dict[str, Value] = {}
    for name, definition in declared.items():
        kind = to_text((definition or {}).get("type"))
        if kind not in _TYPES:
            raise StepFailedError(f"Input '{name}' has no type")
        if name in given:
            found[name] = _typed(name, kind, given[name])
        elif definition.get("required") is True:
            raise StepFailedError(f"Input {name} is required, but not provided while calling")
        else:
            default = fill(definition.get("default"), scope)
            found[name] = _DEFAULTS[kind] if default is None else _typed(name, kind, default)
    return found


def _typed(name: str, kind: str, value: Value) -> Value:
    if kind == "string":
        return to_text(value)
    if isinstance(value, str) and kind == "boolean" and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if isinstance(value, str) and kind == "number" and value.strip():
        value = number_of(value)
    if not isinstance(value, _TYPES[kind]) or value != value:
        raise StepFailedError(f"Unexpected value '{to_text(value)}' for the {kind} input '{name}'")
    return value


def _secrets(declared: Mapping[str, Any], given: Value, scope: Scope) -> dict[str, Value]:
    known: Mapping[str, Value] = scope.contexts["secrets"]
    if given == "inherit":
        return dict(known)
    if given is not None and not isinstance(given, dict):
        raise ExpressionError("secrets must be a mapping, or inherit")
    found = {"GITHUB_TOKEN": known.get("GITHUB_TOKEN", "")}
    for name, value in (given or {}).items():
        if name not in declared:
            raise StepFailedError(f"Invalid secret, {name} is not defined in the called workflow")
        found[name] = fill_text(value, scope)
    for name, definition in declared.items():
        if (definition or {}).get("required") is True and name not in found:
            raise StepFailedError(f"Secret {name} is required, but not provided while calling")
    return found
