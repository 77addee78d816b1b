"""The legs of a matrix, and the names of jobs.

Sources: https://docs.github.com/en/actions/how-tos/write-workflows/choose-what-workflows-do/run-job-variations
and https://github.com/actions/runner, `src/Sdk/WorkflowParser/Conversion` (MatrixBuilder.cs,
JobNameBuilder.cs).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sandbox.ci.values import Value, equal, has_member, member, to_text

MAX_LEGS: Final = 256
_MAX_NAME_CHARACTERS = 100

Matrix = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Strategy:
    """How a job is multiplied; without a matrix there is one leg whose matrix is None.

    Each leg comes with the values that its name is made of.
    """

    legs: tuple[tuple[Matrix | None, tuple[str, ...]], ...]
    fail_fast: bool = True
    max_parallel: int = 0
    """How many legs may run at once; 0 is no limit."""


def strategy_of(value: Value) -> Strategy:
    """Read `jobs.<job_id>.strategy`, whose expressions are filled in.

    Raises ValueError, as GitHub words it.
    """
    if value is None:
        return Strategy(((None, ()),))
    if not isinstance(value, dict) or value.keys() - {"matrix", "fail-fast", "max-parallel"}:
        raise ValueError("strategy: unexpected value")
    fail_fast = value.get("fail-fast", True)
    if not isinstance(fail_fast, bool):
        raise ValueError("strategy fail-fast must be a boolean")
    parallel = value.get("max-parallel", 0.0)
    if not isinstance(parallel, float):
        raise ValueError("strategy max-parallel must be a number")
    legs: tuple[tuple[Matrix | None, tuple[str, ...]], ...] = ((None, ()),)
    if value.get("matrix") is not None:
        legs = tuple(itertools.islice(_legs(value["matrix"]), MAX_LEGS + 1)) or legs
    if len(legs) > MAX_LEGS:
        raise ValueError(f"strategy: more than {MAX_LEGS} jobs")
    return Strategy(legs, fail_fast, int(parallel))


def _legs(matrix: Value) -> Iterator[tuple[Matrix, tuple[str, ...]]]:
    if not isinstance(matrix, dict):
        raise ValueError("matrix must be a mapping")
    axes = {name: _axis(name, matrix[name]) for name in matrix if name not in _LISTS}
    includes, excludes = (_mappings(name, matrix.get(name)) for name in _LISTS)
    if not axes and not includes:
        raise ValueError("Matrix must define at least one vector")
    for each in excludes:
        for key in each:
            if not has_member(axes, key):
                raise ValueError(f"Matrix exclude key '{key}' does not match any key")
    used: set[int] = set()
    for values in itertools.product(*axes.values()) if axes else ():
        leg = dict(zip(axes, values, strict=True))
        if any(_matches(leg, each) for each in excludes):
            continue
        extra: Matrix = {}
        for number, each in enumerate(includes):
            filters = {key: item for key, item in each.items() if has_member(axes, key)}
            if _matches(leg, filters):
                used.add(number)
                extra |= {key: item for key, item in each.items() if not has_member(axes, key)}
        yield leg | extra, _segments(leg)
    for number, each in enumerate(includes):
        if number not in used:
            ordered = {key: each[key] for key in sorted(each, key=lambda key: key not in axes)}
            yield ordered, _segments(ordered)


_LISTS = ("include", "exclude")


def _axis(name: str, values: Value) -> list[Value]:
    if not isinstance(values, list):
        raise ValueError(f"matrix vector '{name}' must be a list")
    if not values:
        raise ValueError(f"Matrix vector '{name}' does not contain any values")
    return values


def _mappings(name: str, items: Value) -> list[Matrix]:
    if items is None:
        return []
    if not isinstance(items, list) or not all(isinstance(item, dict) and item for item in items):
        raise ValueError(f"matrix {name} must be a list of mappings with values")
    return items


def _matches(leg: Value, wanted: Value) -> bool:
    """Compare each leaf of what is wanted as an expression would: loosely."""
    if isinstance(wanted, dict):
        return all(_matches(member(leg, key), item) for key, item in wanted.items())
    if isinstance(wanted, list):
        within = leg if isinstance(leg, list) else []
        padded = [*within, *[None] * (len(wanted) - len(within))]
        return all(_matches(padded[index], item) for index, item in enumerate(wanted))
    return equal(leg, wanted)


def _segments(value: Value) -> tuple[str, ...]:
    """Return every leaf as text, in order; null and empty strings are left out."""
    if isinstance(value, dict):
        return tuple(text for item in value.values() for text in _segments(item))
    if isinstance(value, list):
        return tuple(text for item in value for text in _segments(item))
    text = to_text(value)
    return (text,) if text else ()


def job_name(name: str, segments: tuple[str, ...]) -> str:
    """Name a leg by its job and the values of its matrix; no name is longer than 100 characters."""
    full = f"{name} ({', '.join(segments)})" if segments else name
    if len(full) > _MAX_NAME_CHARACTERS:
        return full[: _MAX_NAME_CHARACTERS - 3] + "..."
    return full


def strategy_context(strategy: Strategy, index: int) -> Mapping[str, Value]:
    """Return the `strategy` context of a leg."""
    total = len(strategy.legs)
    return {
        "fail-fast": strategy.fail_fast,
        "job-index": float(index),
        "job-total": float(total),
        "max-parallel": float(strategy.max_parallel or total),
    }
