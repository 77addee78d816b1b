"""Figures and percentiles."""

import pytest

from bench.measurement import Figure, Unit, percentile, ratio_interval


@pytest.mark.parametrize(
    ("count", "percent", "rank"),
    [(20, 50, 10), (20, 95, 19), (21, 50, 11), (5, 50, 3), (5, 95, 5), (1, 95, 1), (100, 99, 99)],
)
def test_a_percentile_is_one_of_the_values_by_nearest_rank(
    count: int, percent: int, rank: int
) -> None:
    values = [float(value) for value in range(count, 0, -1)]
    assert percentile(values, percent) == rank


@pytest.mark.parametrize(("value", "ok"), [(0.3, True), (0.30001, False)])
def test_a_figure_is_ok_up_to_its_bound(value: float, ok: bool) -> None:
    assert Figure("green to merged", value, 0.3, Unit.S).ok is ok


@pytest.mark.parametrize(("value", "ok"), [(120, True), (119.9, False)])
def test_a_figure_may_be_bound_from_below(value: float, ok: bool) -> None:
    assert Figure("loops", value, 120, Unit.PER_MINUTE, at_least=True).ok is ok


def test_a_ratio_of_few_values_is_known_less_well_than_one_of_many() -> None:
    few, many = ([1.0, 1.1, 1.2, 1.3, 1.4] * times for times in (2, 40))
    low, high = ratio_interval(few, few)
    lower, higher = ratio_interval(many, many)
    assert low < lower <= 1.0 <= higher < high


def test_two_sides_that_differ_more_than_their_values_scatter_are_told_apart() -> None:
    ours, theirs = ([base + 0.001 * number for number in range(30)] for base in (2.0, 1.0))
    low, high = ratio_interval(ours, theirs)
    assert 1.9 < low <= high < 2.1
