"""What an index of 30,000 sections costs: to build, to hold, after a push, and for a question."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from bench.measurement import Figure, Measurement, Unit, percentile

_SECTIONS = 30_000
_HERE = Path(__file__).resolve().parent
_DEFINITION = (
    f"documents of {_SECTIONS} sections, in a process of their own; CPU time until all of them can "
    "be found, until one changed page can be found, and of a question of words that are there, "
    "and of 40 that are not"
)


def measure_retrieval_cost(times: int, other: Path | None = None) -> Measurement:
    """Build, push and ask; each value is the worst of so many runs. `other`: another checkout."""
    ours = [_observe(_HERE.parent) for _ in range(times)]
    figures = [
        Figure("build", _worst(ours, "build_s"), 6.0, Unit.S),
        Figure("memory", _worst(ours, "memory_mb"), 150.0, Unit.MB),
        Figure("push, p95", _worst(ours, "push_s", 95), 0.2, Unit.S),
        Figure("question, p95", 1000 * _worst(ours, "search_s", 95), 20.0, Unit.MS),
        Figure("unknown words, p95", 1000 * _worst(ours, "unknown_s", 95), 20.0, Unit.MS),
    ]
    observed = {f"{name}": tuple(ours[0][name]) for name in ours[0]}
    if other is not None:
        theirs = _observe(other)
        observed |= {f"other_{name}": tuple(values) for name, values in theirs.items()}
        ratio = partial(_times_less, theirs, ours)
        figures += [
            Figure("build, other / this", ratio("build_s"), 4.0, Unit.TIMES, at_least=True),
            Figure("push, other / this", ratio("push_s"), 100.0, Unit.TIMES, at_least=True),
            Figure("unknown, other / this", ratio("unknown_s"), 100.0, Unit.TIMES, at_least=True),
        ]
    return Measurement("retrieval-cost", _DEFINITION, tuple(figures), observed)


def _observe(checkout: Path) -> Mapping[str, Sequence[float]]:
    python = sys.executable if checkout == _HERE.parent else str(checkout / ".venv/bin/python")
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    command = [python, str(_HERE / "retrieval_observed.py"), str(_SECTIONS)]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    observed: Mapping[str, Sequence[float]] = json.loads(done.stdout)
    return observed


def _worst(runs: Sequence[Mapping[str, Sequence[float]]], name: str, percent: int = 100) -> float:
    return max(percentile(run[name], percent) for run in runs)


def _times_less(
    other: Mapping[str, Sequence[float]], runs: Sequence[Mapping[str, Sequence[float]]], name: str
) -> float:
    return percentile(other[name], 50) / max(percentile(run[name], 50) for run in runs)
