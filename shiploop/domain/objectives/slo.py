"""Service level objectives (RFC 5.4): what is promised, and how much of the error budget is left.

An objective on a percentile is one on a share: nearest rank puts P95 at or below 60 s exactly
when at least 95 % of the values are. So all objectives are counted in good and bad events.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import assert_never

# Fewer say too little: three failures among ten tasks are no reason to wake anybody.
MIN_EVENTS = 20


class Period(StrEnum):
    """The calendar period, in UTC, that an objective is held over."""

    DAY = "1d"
    WEEK = "1w"
    MONTH = "1M"

    def first_day(self, today: date) -> date:
        """The day on which the period that holds `today` began; weeks begin on Monday."""
        match self:
            case Period.DAY:
                return today
            case Period.WEEK:
                return today - timedelta(days=today.weekday())
            case Period.MONTH:
                return today.replace(day=1)
            case _ as never:
                assert_never(never)

    @property
    def length(self) -> timedelta:
        """How long it is; a month is taken as 30 days."""
        match self:
            case Period.DAY:
                return timedelta(days=1)
            case Period.WEEK:
                return timedelta(days=7)
            case Period.MONTH:
                return timedelta(days=30)
            case _ as never:
                assert_never(never)


class Indicator(StrEnum):
    """What is counted."""

    TTE = "tte"
    SUCCESS = "success"
    CI = "ci"
    MERGE = "merge"
    RUNNER = "runner"


@dataclass(frozen=True, slots=True)
class Slo:
    """One objective: over `period`, at least `target` of the events are good.

    `limit_ms` is there where good means "not longer than that". People are told when the
    share falls below `alert_target`, counted against `alert_limit_ms` where there is one.
    """

    name: str
    title: str
    description: str
    indicator: Indicator
    period: Period
    target: Fraction
    alert_target: Fraction
    limit_ms: int | None = None
    alert_limit_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """Good and bad events."""

    good: int
    bad: int

    @property
    def total(self) -> int:
        return self.good + self.bad

    @property
    def good_share(self) -> Fraction | None:
        """The share of good ones, None where there is none at all."""
        return Fraction(self.good, self.total) if self.total else None

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(self.good + other.good, self.bad + other.bad)


class SloState(StrEnum):
    """How an objective stands over its period."""

    NO_DATA = "no_data"
    TOO_FEW = "too_few"
    MET = "met"
    MISSED = "missed"
    ALERT = "alert"


def events_needed(target: Fraction) -> int:
    """How many events it takes before `target` can be told apart from "all of them".

    With fewer than 100 values the 99th percentile is nothing but the largest one.
    """
    return max(MIN_EVENTS, int(1 / (1 - target)))


def slo_state(slo: Slo, counted: Counted, against_alert: Counted) -> SloState:
    """Where the objective stands; `against_alert` is counted against the alert's limit."""
    if counted.total == 0:
        return SloState.NO_DATA
    if counted.total < events_needed(slo.target):
        return SloState.TOO_FEW
    if below(against_alert, slo.alert_target):
        return SloState.ALERT
    return SloState.MISSED if below(counted, slo.target) else SloState.MET


def below(counted: Counted, share: Fraction) -> bool:
    """True when fewer than `share` of the events are good."""
    return counted.good < share * counted.total


def budget_left(slo: Slo, counted: Counted) -> float | None:
    """The share of the error budget that is left; negative when overspent, None without events."""
    if not counted.total:
        return None
    return float(1 - Fraction(counted.bad) / (counted.total * (1 - slo.target)))


def burn_rate(slo: Slo, counted: Counted) -> float:
    """How many times faster than allowed the budget is being spent; 0 without events."""
    if not counted.total:
        return 0.0
    return float(Fraction(counted.bad, counted.total) / (1 - slo.target))


@dataclass(frozen=True, slots=True)
class BurnWindow:
    """Both the long and the short window have to burn at `rate` or faster."""

    long: timedelta
    short: timedelta
    rate: float


# For a period of 30 days: https://sre.google/workbook/alerting-on-slos/ (table 5-8).
_WORKBOOK = (
    BurnWindow(timedelta(hours=1), timedelta(minutes=5), 14.4),
    BurnWindow(timedelta(hours=6), timedelta(minutes=30), 6.0),
    BurnWindow(timedelta(days=3), timedelta(hours=6), 1.0),
)
_MINUTE = timedelta(minutes=1)  # what is kept is kept by the minute


def burn_windows(period: Period) -> tuple[BurnWindow, ...]:
    """The windows of the SRE workbook, scaled to the period and rounded up to whole minutes."""
    scale = period.length / Period.MONTH.length
    return tuple(
        BurnWindow(_whole_minutes(one.long * scale), _whole_minutes(one.short * scale), one.rate)
        for one in _WORKBOOK
    )


def _whole_minutes(span: timedelta) -> timedelta:
    return max(_MINUTE, -(-span // _MINUTE) * _MINUTE)


@dataclass(frozen=True, slots=True)
class Burn:
    """What was counted in both windows of one pair."""

    window: BurnWindow
    long: Counted
    short: Counted


def burns_too_fast(slo: Slo, burn: Burn) -> bool:
    """True when both windows burn at the pair's rate, on enough events to tell."""
    if burn.long.total < MIN_EVENTS:
        return False
    rates = (burn_rate(slo, burn.long), burn_rate(slo, burn.short))
    return min(rates) >= burn.window.rate


def fastest_burn(slo: Slo, burns: Sequence[Burn]) -> float | None:
    """The burn rate of the shortest long window that has enough events, None if none has."""
    told = [one for one in burns if one.long.total >= MIN_EVENTS]
    return burn_rate(slo, min(told, key=lambda one: one.window.long).long) if told else None


def days_of(slo: Slo, now: datetime) -> tuple[date, ...]:
    """The days of the period so far, today last."""
    first = slo.period.first_day(now.date())
    return tuple(first + timedelta(days=each) for each in range((now.date() - first).days + 1))
