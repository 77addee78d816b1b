"""Figures and percentiles."""

import pytest

from bench.measurement import Figure, Unit, percentile


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
