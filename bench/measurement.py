"""What a measurement says: figures held against their bounds, and what was observed."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np

_RESAMPLES: Final = 5_000


class Unit(StrEnum):
    """What a figure counts."""

    MS = "ms"
    S = "s"
    MB = "MB"
    CALLS = "calls"
    TIMES = "×"
    QUESTIONS = "questions"
    PER_MINUTE = "a minute"
    PERCENT = "%"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number and the most that it may be, or the least.

    `interval`: where it lies with 95 %, if that is more than the number tells.
    """

    name: str
    value: float
    bound: float
    unit: Unit
    at_least: bool = False
    interval: tuple[float, float] | None = None

    @property
    def ok(self) -> bool:
        """True within the bound."""
        return self.value >= self.bound if self.at_least else self.value <= self.bound


@dataclass(frozen=True, slots=True)
class Measurement:
    """The figures of one measurement; `observed` has a value for each time it was taken."""

    name: str
    definition: str
    figures: tuple[Figure, ...]
    observed: Mapping[str, tuple[float, ...]]

    @property
    def ok(self) -> bool:
        """True when every figure is within its bound."""
        return all(figure.ok for figure in self.figures)


def ratio_interval(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, float]:
    """Where the ratio of two medians lies with 95 %, by the bootstrap.

    Source: https://en.wikipedia.org/wiki/Bootstrapping_(statistics)#Percentile_bootstrap
    """
    draws = np.random.default_rng(0)
    ratio = _drawn_medians(ours, draws) / _drawn_medians(theirs, draws)
    low, high = np.percentile(ratio, (2.5, 97.5))
    return float(low), float(high)


def _drawn_medians(
    values: Sequence[float], draws: np.random.Generator
) -> np.ndarray[Any, np.dtype[np.float64]]:
    drawn = draws.choice(np.asarray(values), (_RESAMPLES, len(values)))
    return np.asarray(np.median(drawn, axis=1), np.float64)


def percentile(values: Sequence[float], percent: int) -> float:
    """The ⌈percent/100·n⌉-th smallest of n values: nearest rank. Raises IndexError on none."""
    return sorted(values)[max(0, math.ceil(percent * len(values) / 100) - 1)]
