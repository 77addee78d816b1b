"""Alerts on a real Redis: a day with an incident is told once, and when it is over."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from redis import Redis

from shiploop.bootstrap import Services
from shiploop.domain.objectives.measurement import Measurement
from shiploop.stores import keys
from tasks.slo_alerts import advance_alerts, watch_objectives
from tests.counting import count
from tests.tasks.conftest import ServicesWith

MORNING = datetime(2026, 11, 23, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BURN = "success-rate-burn-rate"


def settle(redis: Redis, at: datetime, *, good: bool) -> None:
    """Count one task that settled then."""
    status = "done" if good else "error"
    task_id = f"{at}-{redis.incr('test:tasks')}"
    measured = Measurement(task_id, at, (f"status:{status}",), {}, {"success-rate": good})
    count(redis, measured)


def replay(
    ours: Services, redis: Redis, minutes: int, a_minute: int, bad: range
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Live through a morning; in the minutes of `bad` every task fails. Yields what is said."""
    known: set[str] = set()
    for minute in range(minutes):
        at = MORNING + minute * MINUTE
        for _ in range(a_minute):
            settle(redis, at, good=minute not in bad)
        now = at + timedelta(seconds=30)
        advance_alerts(ours.reports.slo_statuses(now), now)
        said = {str(key) for key in redis.scan_iter(match=keys.notice("alert-*"))}
        yield minute, tuple(sorted(said - known))
        known |= said


def test_an_incident_is_told_once_within_two_minutes_and_once_when_it_is_over(
    services_with: ServicesWith, redis: Redis
) -> None:
    ours = services_with()
    told = [
        (minute, key.removeprefix(keys.notice("")))
        for minute, said in replay(ours, redis, 60, 4, range(20, 35))
        for key in said
        if BURN in key
    ]
    assert [name.rsplit("-", 3)[0] for _, name in told] == [
        f"alert-{BURN}-firing",
        f"alert-{BURN}-resolved",
    ]
    (began, _), (ended, _) = told
    assert 20 <= began <= 21  # the second minute of the incident at the latest
    assert 35 <= ended <= 35 + 12 + 5  # the longest short window, and the time it has to stay calm


def test_three_failures_among_ten_tasks_of_a_quiet_day_are_told_to_nobody(
    services_with: ServicesWith, redis: Redis
) -> None:
    ours = services_with()
    for number in range(10):
        settle(redis, MORNING + number * MINUTE, good=number % 3 != 2)
    for minute in range(15):
        now = MORNING + minute * MINUTE
        assert all(
            alert.state == "ok" for alert in advance_alerts(ours.reports.slo_statuses(now), now)
        )
    assert list(redis.scan_iter(match=keys.notice("*"))) == []


def test_a_share_below_the_rfcs_threshold_is_told_at_the_second_look(
    services_with: ServicesWith, redis: Redis
) -> None:
    ours = services_with()
    for number in range(200):
        settle(redis, MORNING - number * MINUTE, good=number < 190)  # the bad ones are long past
    first, second = MORNING + MINUTE, MORNING + 2 * MINUTE
    states = []
    for now in (first, second):
        moved = {alert.name: alert for alert in advance_alerts(ours.reports.slo_statuses(now), now)}
        states.append(str(moved["success-rate-threshold"].state))
    assert states == ["pending", "firing"]
    (notice,) = redis.scan_iter(match=keys.notice("alert-success-rate-threshold-*"))
    said = ours.notices.read(str(notice).removeprefix(keys.notice("")))
    assert said is not None
    assert "95 %" in said
    assert "alert below 98 %" in said


def test_a_silenced_alert_is_told_to_nobody_until_the_silence_ends(
    services_with: ServicesWith, redis: Redis
) -> None:
    ours = services_with()
    ours.alerts.silence(BURN, "we know", 3600)
    for _, said in replay(ours, redis, 5, 30, range(2, 5)):
        assert not any(BURN in key for key in said)
    ours.alerts.end_silence(BURN)
    now = MORNING + 5 * MINUTE
    settle(redis, now, good=False)
    advance_alerts(ours.reports.slo_statuses(now), now)
    assert len(list(redis.scan_iter(match=keys.notice(f"alert-{BURN}-*")))) == 1


def test_the_review_of_now_names_what_fires(services_with: ServicesWith, redis: Redis) -> None:
    services_with()
    assert watch_objectives.fn() == []
    now = datetime.now(UTC)
    for _ in range(30):
        settle(redis, now, good=False)
    assert BURN in watch_objectives.fn()
