"""What many answers come to: counts, shares, and how far a share may be trusted."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bench.answers.asking import Answered, Outcome

_NORMAL_95: Final = 1.959964  # two-sided


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    count: int
    of: int

    @property
    def percent(self) -> float:
        """0 of none."""
        return 100 * self.count / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval of 95 %, in percent.

        Source: https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval
        """
        if not self.of:
            return (0.0, 100.0)
        square, share = _NORMAL_95**2 / self.of, self.count / self.of
        middle = share + square / 2
        around = math.sqrt(square * (share * (1 - share) + square / 4))
        low, high = (100 * (middle + each) / (1 + square) for each in (-around, around))
        return max(0.0, low), min(100.0, high)


@dataclass(frozen=True, slots=True)
class Row:
    """The questions of one outcome; `right` of those whose answer has an expected place."""

    outcome: Outcome
    answerable: Share
    not_answerable: Share
    right: Share


@dataclass(frozen=True, slots=True)
class Calibration:
    """The answers of one kind that have one level: what the judge thought, and what was so.

    `right`: the question is answerable and the place the expected one. `confidence` is the mean
    of the judge's own, from 0 to 1; None where it gives none.
    """

    outcome: Outcome
    kind: str
    right: Share
    confidence: float | None


def share(flags: Iterable[bool | None]) -> Share:
    """Those that are true, of those that are known."""
    known = [flag for flag in flags if flag is not None]
    return Share(sum(known), len(known))


def rows(answered: Sequence[Answered]) -> tuple[Row, ...]:
    """What became of the questions, by outcome."""
    return tuple(
        Row(
            outcome,
            share(one.outcome is outcome for one in answered if one.asked.answerable),
            share(one.outcome is outcome for one in answered if not one.asked.answerable),
            share(one.expected_place for one in answered if one.outcome is outcome),
        )
        for outcome in Outcome
    )


def recall(answered: Sequence[Answered]) -> Share:
    """The questions shipped or suggested from an expected place, of all that have one."""
    placed = [one for one in answered if one.asked.place is not None]
    return share(one.expected_place is True for one in placed)


def hits(answered: Sequence[Answered]) -> Share:
    """The questions whose expected place the search found, of all that have one."""
    return share(one.found for one in answered)


def calibration(answered: Sequence[Answered]) -> tuple[Calibration, ...]:
    """What the judge vouched for, by outcome and kind; questions without a place are left out."""
    groups: dict[tuple[Outcome, str], list[Answered]] = defaultdict(list)
    for one in answered:
        if one.outcome is not Outcome.DECLINED and (one.asked.place or not one.asked.answerable):
            groups[one.outcome, one.kind].append(one)
    return tuple(
        Calibration(
            outcome,
            kind,
            share(one.expected_place is True for one in group),
            _mean([one.confidence for one in group if one.confidence is not None]),
        )
        for (outcome, kind), group in sorted(groups.items())
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
