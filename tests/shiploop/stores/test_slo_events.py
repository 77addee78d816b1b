"""Good and bad events on a real Valkey: over any last minutes, and by the hour."""

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from redis import Redis

from shiploop.domain.objectives.measurement import Measurement
from shiploop.domain.objectives.slo import Counted
from shiploop.stores.slo_events import SloEvents
from tests.counting import count

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SLO = "success-rate"


def put(redis: Redis, events: list[tuple[datetime, bool]]) -> None:
    for number, (at, good) in enumerate(events):
        count(redis, Measurement(str(number), at, (), {}, {SLO: good, "other": not good}))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, 3000), st.booleans()), max_size=30),
    st.integers(1, 3000),
    st.integers(0, 24 * 60),
)
@example([(59, True), (60, False), (119, True)], 60, 59)  # a whole hour and nothing beside it
def test_the_last_minutes_hold_exactly_what_happened_in_them(
    redis: Redis, events: list[tuple[int, bool]], minutes: int, past_noon: int
) -> None:
    redis.flushall()
    now = NOON + timedelta(minutes=past_noon)
    put(redis, [(now - timedelta(minutes=ago), good) for ago, good in events])
    assert SloEvents(redis).lately({SLO: [minutes, 1]}, now)[SLO] == [
        Counted(happened.count(True), happened.count(False))
        for happened in ([good for ago, good in events if ago < window] for window in (minutes, 1))
    ]


def test_what_is_to_come_is_not_counted(redis: Redis) -> None:
    put(redis, [(NOON, True), (NOON + timedelta(minutes=1), False)])
    assert SloEvents(redis).lately({SLO: [60]}, NOON) == {SLO: [Counted(1, 0)]}


def test_events_are_kept_by_the_hour_of_several_days(redis: Redis) -> None:
    hours = (0, 0, 1, 25)
    put(redis, [(NOON + timedelta(hours=ago), ago != 1) for ago in hours])
    days = [NOON.date(), NOON.date() + timedelta(days=1)]
    assert SloEvents(redis).by_hour(SLO, days) == [
        (NOON, Counted(2, 0)),
        (NOON + timedelta(hours=1), Counted(0, 1)),
        (NOON + timedelta(hours=25), Counted(1, 0)),
    ]


def test_what_is_taken_back_was_never_there(redis: Redis) -> None:
    put(redis, [(NOON, True)])
    count(redis, Measurement("0", NOON, (), {}, {SLO: True}), step=-1)
    assert SloEvents(redis).lately({SLO: [1, 120]}, NOON) == {SLO: [Counted(0, 0)] * 2}
