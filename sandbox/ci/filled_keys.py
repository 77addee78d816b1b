"""What the keys of a job and its steps say, once the expressions in them are filled in."""

from collections.abc import Mapping
from typing import Any

from sandbox.ci.expressions import Scope
from sandbox.ci.results import StepFailedError
from sandbox.ci.templates import fill
from sandbox.ci.values import Value, is_truthy, to_number, to_text

_MAX_MINUTES = 2**31


def minutes_of(holder: Mapping[str, Any], scope: Scope, default: float) -> float:
    """The time limit of a job or a step, in minutes. Raises StepFailedError."""
    value = fill(holder.get("timeout-minutes"), scope)
    if value is None or value == "":
        return default
    minutes = to_number(value)
    if not 0 <= minutes < _MAX_MINUTES:
        raise StepFailedError(f"timeout-minutes '{to_text(value)}' is no number of minutes")
    return float(int(minutes)) or default  # whole minutes, and 0 is no limit of one's own


def flag_of(value: Value) -> bool:
    """What `continue-on-error` says. Raises StepFailedError."""
    if isinstance(value, str):
        if value.lower() not in ("", "true", "false"):
            raise StepFailedError(f"continue-on-error '{value}' is no boolean")
        return value.lower() == "true"
    return is_truthy(value)


def texts_of(mapping: Value, scope: Scope) -> dict[str, str]:
    """A mapping of scalars, filled in. Raises StepFailedError."""
    filled = fill(mapping, scope) if mapping else {}
    if not isinstance(filled, dict):
        raise StepFailedError("a mapping was expected")
    return {name: to_text(value) for name, value in filled.items()}


def values_of(mapping: Value) -> list[Value]:
    """The values of a mapping; none of anything else."""
    return list(mapping.values()) if isinstance(mapping, dict) else []
