"""Local composite actions: `uses: ./path`, read from the workspace.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.ci.expressions import Scope
from sandbox.ci.results import NotModelledError, StepFailedError
from sandbox.ci.templates import fill_text
from sandbox.ci.values import Value
from sandbox.ci.workflow_files import read

_STEP_KEYS = frozenset(
    {"continue-on-error", "env", "id", "if", "name", "run", "shell", "uses", "with"}
    | {"working-directory"}
)


@dataclass(frozen=True, slots=True)
class Action:
    """A composite action."""

    folder: Path
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    steps: tuple[Mapping[str, Any], ...]

    def defaults(self, scope: Scope) -> Iterator[tuple[str, str]]:
        """Return each input with its default."""
        for name, given in self.inputs.items():
            yield name, fill_text((given or {}).get("default"), scope)


def read_action(workspace: Path, uses: str) -> Action:
    """Read an action of the checkout.

    Raises StepFailedError when it is not there or no action, NotModelledError on other kinds.
    """
    folder = (workspace / uses).resolve()
    if not folder.is_relative_to(workspace.resolve()):
        raise StepFailedError(f"'{uses}' is outside of the workspace")
    paths = [folder / name for name in ("action.yml", "action.yaml")]
    path = next((each for each in paths if each.is_file()), None)
    if path is None:
        raise StepFailedError(
            f"Can't find 'action.yml', 'action.yaml' or 'Dockerfile' under '{folder}'. "
            "Did you forget to run actions/checkout before running your local action?"
        )
    try:
        content = read(path.name, path.read_bytes())
    except ValueError as error:
        raise StepFailedError(str(error)) from error
    runs = content.get("runs")
    if not isinstance(runs, dict):
        raise StepFailedError(f"{path.name}: 'runs' is missing")
    if runs.get("using") != "composite":
        raise NotModelledError(f"an action that runs using {runs.get('using')}")
    steps = _steps(path.name, runs.get("steps"))
    outputs = {
        name: (given or {}).get("value") for name, given in (content.get("outputs") or {}).items()
    }
    return Action(folder, content.get("inputs") or {}, outputs, steps)


def _steps(name: str, steps: Value) -> tuple[Mapping[str, Any], ...]:
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        raise StepFailedError(f"{name}: 'steps' must be a list of mappings")
    for step in steps:
        if unknown := step.keys() - _STEP_KEYS:
            raise StepFailedError(f"{name}: Unexpected value '{min(unknown)}'")
        if ("run" in step) == ("uses" in step):
            raise StepFailedError(f"{name}: a step must have either 'run' or 'uses'")
        if "run" in step and not step.get("shell"):
            raise StepFailedError(f"{name}: Required property is missing: shell")
    return tuple(steps)
