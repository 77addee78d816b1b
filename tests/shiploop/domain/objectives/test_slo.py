"""Objectives: shares of good events, budgets, burn rates."""

import math
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.domain.objectives.slo import (
    Burn,
    BurnWindow,
    Counted,
    Indicator,
    Period,
    Slo,
    SloState,
    below,
    budget_left,
    burn_rate,
    burn_windows,
    burns_too_fast,
    days_of,
    events_needed,
    fastest_burn,
    slo_state,
)
from tests.builders import NOON

SUCCESS = Slo(
    name="success-rate",
    title="Success rate",
    description="",
    indicator=Indicator.SUCCESS,
    period=Period.DAY,
    target=Fraction(99, 100),
    alert_target=Fraction(98, 100),
)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@given(
    st.lists(st.integers(0, 200_000), min_size=1),
    st.integers(0, 200_000),
    st.sampled_from([Fraction(95, 100), Fraction(99, 100)]),
)
def test_a_percentile_is_within_its_limit_exactly_when_the_share_is_met(
    durations_ms: list[int], limit_ms: int, share: Fraction
) -> None:
    nearest_rank = sorted(durations_ms)[math.ceil(share * len(durations_ms)) - 1]
    good = sum(one <= limit_ms for one in durations_ms)
    missed = below(Counted(good, len(durations_ms) - good), share)
    assert missed == (nearest_rank > limit_ms)


@pytest.mark.parametrize(
    ("good", "bad", "state"),
    [
        (0, 0, SloState.NO_DATA),
        (99, 0, SloState.TOO_FEW),  # of 99, 99 % is all of them
        (7, 3, SloState.TOO_FEW),
        (99, 1, SloState.MET),
        (98, 2, SloState.MISSED),
        (97, 3, SloState.ALERT),
    ],
)
def test_an_objective_stands_where_its_share_of_good_events_puts_it(
    good: int, bad: int, state: SloState
) -> None:
    counted = Counted(good, bad)
    assert slo_state(SUCCESS, counted, counted) is state


@pytest.mark.parametrize(
    ("target", "needed"), [("0.95", 20), ("0.90", 20), ("0.99", 100), ("0.995", 200)]
)
def test_a_tight_target_needs_more_events_to_be_told(target: str, needed: int) -> None:
    assert events_needed(Fraction(target)) == needed


def test_the_budget_runs_from_whole_over_spent_to_overspent() -> None:
    assert budget_left(SUCCESS, Counted(0, 0)) is None
    assert budget_left(SUCCESS, Counted(1000, 0)) == 1
    assert budget_left(SUCCESS, Counted(995, 5)) == 0.5
    assert budget_left(SUCCESS, Counted(990, 10)) == 0
    assert budget_left(SUCCESS, Counted(980, 20)) == -1


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_what_is_left_of_the_budget_is_what_the_burn_rate_has_not_taken(
    good: int, bad: int
) -> None:
    left = budget_left(SUCCESS, Counted(good, bad))
    if left is not None:
        assert left == pytest.approx(1 - burn_rate(SUCCESS, Counted(good, bad)))


def test_the_windows_of_a_month_are_the_workbooks_and_a_days_are_scaled() -> None:
    assert burn_windows(Period.MONTH)[0] == BurnWindow(HOUR, 5 * MINUTE, 14.4)
    assert burn_windows(Period.DAY) == (
        BurnWindow(2 * MINUTE, MINUTE, 14.4),
        BurnWindow(12 * MINUTE, MINUTE, 6.0),
        BurnWindow(144 * MINUTE, 12 * MINUTE, 1.0),
    )


def test_a_burn_alerts_only_when_both_windows_burn() -> None:
    window = BurnWindow(HOUR, 5 * MINUTE, 6.0)
    assert burns_too_fast(SUCCESS, Burn(window, Counted(94, 6), Counted(9, 1)))
    # The incident is over, or it has only just begun.
    assert not burns_too_fast(SUCCESS, Burn(window, Counted(94, 6), Counted(10, 0)))
    assert not burns_too_fast(SUCCESS, Burn(window, Counted(999, 1), Counted(9, 1)))


def test_three_failures_among_ten_tasks_alert_nobody() -> None:
    counted = Counted(7, 3)
    for window in burn_windows(Period.DAY):
        assert not burns_too_fast(SUCCESS, Burn(window, counted, counted))
    assert fastest_burn(SUCCESS, [Burn(burn_windows(Period.DAY)[0], counted, counted)]) is None


@given(st.integers(0, 2 * 365 * 24).map(lambda hours: NOON + hours * HOUR))
def test_the_days_of_a_period_end_today_and_begin_where_the_calendar_says(now: datetime) -> None:
    for period in Period:
        slo = Slo("x", "x", "", Indicator.CI, period, Fraction(1, 2), Fraction(1, 2))
        days = days_of(slo, now)
        assert days[-1] == now.date()
        assert all(later - one == timedelta(days=1) for one, later in pairwise(days))
        match period:
            case Period.DAY:
                assert len(days) == 1
            case Period.WEEK:
                assert days[0].isoweekday() == 1
                assert len(days) <= 7
            case Period.MONTH:
                assert days[0] == date(now.year, now.month, 1)
