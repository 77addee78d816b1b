"""What a measurement says: figures held against their bounds, and what was observed."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


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
    """One number and the most that it may be, or the least."""

    name: str
    value: float
    bound: float
    unit: Unit
    at_least: bool = False

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


def percentile(values: Sequence[float], percent: int) -> float:
    """The ⌈percent/100·n⌉-th smallest of n values: nearest rank. Raises IndexError on none."""
    return sorted(values)[max(0, math.ceil(percent * len(values) / 100) - 1)]
