"""The legs of a job: how many there are, what they are called, and where they run.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstrategy
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sandbox.ci.expressions import Scope
from sandbox.ci.matrix import Matrix, job_name, strategy_context, strategy_of
from sandbox.ci.results import StepFailedError
from sandbox.ci.syntax import has_expression
from sandbox.ci.templates import fill, fill_text
from sandbox.ci.values import Value, to_text

RUNNERS: Final = frozenset({"ubuntu-latest", "ubuntu-24.04", "ubuntu-22.04", "ubuntu-slim"})
"""The labels that are modelled, all by this machine."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One of the jobs that a matrix makes of a job."""

    name: str
    matrix: Matrix | None
    strategy: Mapping[str, Value]
    fail_fast: bool
    max_parallel: int


def legs_of(job_id: str, job: Mapping[str, Any], scope: Scope) -> tuple[Leg, ...]:
    """Multiply a job by its matrix. Raises ValueError, ExpressionError among them."""
    strategy = strategy_of(fill(job.get("strategy"), scope))
    name = job.get("name") or job_id
    legs = []
    for index, (matrix, segments) in enumerate(strategy.legs):
        context = strategy_context(strategy, index)
        if has_expression(name):
            inner = Scope({**scope.contexts, "matrix": matrix, "strategy": context})
            full = fill_text(name, inner) or job_name(job_id, segments)
        else:
            full = job_name(to_text(name), segments)
        legs.append(Leg(full, matrix, context, strategy.fail_fast, strategy.max_parallel))
    return tuple(legs)


def unmodelled_runner(job: Mapping[str, Any], scope: Scope) -> str | None:
    """Tell which runner a leg needs that is not modelled; None when it can run here.

    Raises StepFailedError when it names none.
    """
    wanted = fill(job["runs-on"], scope)
    if isinstance(wanted, dict):
        if wanted.keys() & {"group"}:
            return "a group of runners"
        wanted = wanted.get("labels")
    labels = [to_text(label) for label in (wanted if isinstance(wanted, list) else [wanted])]
    if not all(labels) or not labels:
        raise StepFailedError("runs-on names no runner")
    others = [label for label in labels if label.lower() not in RUNNERS]
    return f"a runner with the label {others[0]}" if others else None


def is_forgiven(job: Mapping[str, Any], scope: Scope) -> bool:
    """Tell whether a leg may fail without failing the run. Raises ExpressionError."""
    return fill_text(job.get("continue-on-error"), scope).lower() == "true"
