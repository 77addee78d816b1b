"""The numbers on a real Valkey: exact percentiles, each task once, days that add up."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis

from shiploop.bootstrap import Services
from shiploop.domain.objectives.measurement import Measurement
from shiploop.domain.objectives.report import Percentiles
from shiploop.domain.objectives.slo import Counted
from shiploop.stores import keys
from shiploop.stores.metrics import Metrics
from tests.counting import count

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY_S = 24 * 3600
MINUTE = timedelta(minutes=1)
ONE = Measurement("one", NOON, ("status:done",), {"tte": 1234}, {"success-rate": True})
# The empty store of each test is made once for all the examples of a property.
OVER_ONE_STORE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def nearest_rank(values: list[int]) -> Percentiles:
    """The plain way: sort them all, and take the ⌈p·n⌉-th."""
    ranked = sorted(values)
    picked = (ranked[math.ceil(p * len(ranked) / 100) - 1] for p in (50, 95, 99))
    return Percentiles(len(ranked), *picked)


def put(redis: Redis, days: list[list[int]]) -> list[datetime]:
    """Store the TTEs of some days, each under a task of its own."""
    redis.flushall()
    at = [NOON + timedelta(days=number) for number in range(len(days))]
    for day, values in zip(at, days, strict=True):
        members = {f"{day}-{number}": value for number, value in enumerate(values)}
        if members:
            redis.zadd(keys.metrics("tte", day.date()), members)
    return at


@OVER_ONE_STORE
@given(st.lists(st.integers(0, 700_000) | st.sampled_from([1000, 60_000]), min_size=1))
def test_percentiles_of_a_day_are_a_plain_sorts_nearest_rank(
    redis: Redis, values: list[int]
) -> None:
    (day,) = put(redis, [values])
    assert Metrics(redis, 90).percentiles("tte", [day.date()]) == nearest_rank(values)


@OVER_ONE_STORE
@given(st.lists(st.lists(st.integers(0, 700_000)), min_size=2, max_size=5).filter(any))
def test_percentiles_over_days_are_those_of_all_their_values_together(
    redis: Redis, days: list[list[int]]
) -> None:
    at = put(redis, days)
    together = [value for values in days for value in values]
    found = Metrics(redis, 90).percentiles("tte", [day.date() for day in at])
    assert found == nearest_rank(together)


@OVER_ONE_STORE
@given(st.lists(st.lists(st.integers(0, 100)), min_size=1, max_size=4), st.integers(0, 100))
def test_values_within_a_limit_and_above_it_add_up_over_days(
    redis: Redis, days: list[list[int]], limit_ms: int
) -> None:
    at = put(redis, days)
    together = [value for values in days for value in values]
    good = sum(value <= limit_ms for value in together)
    found = Metrics(redis, 90).within("tte", [limit_ms, 1000], [day.date() for day in at])
    assert found == [Counted(good, len(together) - good), Counted(len(together), 0)]


def test_nothing_measured_is_nought_and_no_error(services: Services) -> None:
    metrics, days = services.metrics, [NOON.date()]
    assert metrics.percentiles("tte", days) == Percentiles(0)
    assert metrics.settled(days) == (0, 0)
    assert metrics.counts(days) == {}
    assert metrics.runner_minutes(NOON, NOON + MINUTE) == Counted(0, 0)


def test_equal_durations_of_different_tasks_are_all_counted(
    services: Services, redis: Redis
) -> None:
    for number in range(5):
        count(redis, replace(ONE, task_id=f"task-{number}"))
    assert services.metrics.percentiles("tte", [NOON.date()]) == Percentiles(5, 1234, 1234, 1234)


def test_what_is_taken_back_was_never_there(services: Services, redis: Redis) -> None:
    count(redis, ONE)
    count(redis, replace(ONE, task_id="two"))
    count(redis, replace(ONE, task_id="two"), step=-1)
    days = [NOON.date()]
    assert services.metrics.settled(days) == (1, 0)
    counted = {"status:done": 1, "slo:success-rate:good": 1}
    assert services.metrics.counts(days) == counted
    assert services.metrics.percentiles("tte", days).count == 1
    assert services.metrics.ever() == {**counted, "tte-ms": 1234}


def test_a_minute_counts_as_alive_once_and_the_time_before_the_first_runner_not_at_all(
    services: Services,
) -> None:
    for number in (0, 0, 1, 4):
        services.metrics.note_runner_alive(NOON + number * MINUTE)
    end = NOON + 5 * MINUTE
    assert services.metrics.runner_minutes(NOON - timedelta(days=3), end) == Counted(3, 2)
    assert services.metrics.runner_minutes(NOON + MINUTE, end) == Counted(2, 2)


def test_numbers_are_kept_as_long_as_is_set(redis: Redis) -> None:
    count(redis, ONE, days=1)
    lives = {str(key): redis.ttl(key) for key in redis.scan_iter(match="agent:metrics:*")}
    assert lives.pop(keys.METRICS_EVER) == -1
    assert lives.pop(keys.metrics_hour("tte-hour", NOON)) > 7 * DAY_S
    assert set(lives.values()) <= {DAY_S, DAY_S - 1}
