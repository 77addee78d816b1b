"""When the memory of a soak is read, and what counts as grown."""

import pytest

from bench.chaos.soak import FIRST, grown, milestones
from bench.chaos.world import ChaosFailed


def test_it_is_read_after_the_first_tasks_then_some_times_and_at_the_end() -> None:
    assert milestones(5000) == (200, 1400, 2600, 3800, 5000)
    assert milestones(FIRST + 2) == (FIRST, FIRST + 1, FIRST + 2)


def test_a_soak_that_ends_before_the_first_reading_is_refused() -> None:
    with pytest.raises(ChaosFailed, match="takes more than 200"):
        milestones(FIRST)


def test_a_process_may_grow_by_three_tenths_whatever_it_held_meanwhile() -> None:
    readings = {
        200: {"runner-1": 100, "api": 100},
        400: {"runner-1": 900, "api": 100},
        600: {"runner-1": 130, "api": 131},
    }
    assert grown(readings) == ("api has grown to 1.31 times what it held",)


@pytest.mark.parametrize("name", ["redis", "github"])
def test_what_keeps_records_may_grow_by_those_of_each_task(name: str) -> None:
    held = 100_000_000
    with_records = round(1.3 * held) + 100 * 20_000
    assert grown({200: {name: held}, 300: {name: with_records}}) == ()
    assert len(grown({200: {name: held}, 300: {name: with_records + 1}})) == 1
