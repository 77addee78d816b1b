"""The reviews of the day and the week that are over."""

from datetime import UTC, date, datetime, timedelta

import pytest
from redis import Redis

from shiploop.bootstrap import Services
from shiploop.domain.objectives.measurement import Measurement
from shiploop.domain.objectives.slack_messages import review_markdown, review_told
from shiploop.domain.objectives.slo import Period
from shiploop.stores import keys
from tasks.slo_reviews import days_to_review
from tests.counting import count
from tests.tasks.conftest import ServicesWith


@pytest.mark.parametrize(
    ("period", "today", "first", "count"),
    [
        (Period.DAY, date(2026, 11, 26), date(2026, 11, 25), 1),
        (Period.WEEK, date(2026, 11, 26), date(2026, 11, 16), 7),  # a Thursday
        (Period.WEEK, date(2026, 11, 23), date(2026, 11, 16), 7),  # a Monday
    ],
)
def test_what_is_reviewed_is_the_last_period_that_is_over(
    period: Period, today: date, first: date, count: int
) -> None:
    days = days_to_review(period, today)
    assert (days[0], len(days)) == (first, count)
    assert days[-1] < today


def a_day(redis: Redis, day: date, *, done: int, failed: int) -> None:
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    for number in range(done + failed):
        good = number < done
        status = ("status:done",) if good else ("status:error", "failure:ci_failed")
        durations = {"tte": 2000 + number} if good else {}
        events = {"success-rate": good, "ci-pass-rate": good}
        measured = Measurement(f"{day}-{number}", at, status, durations, events)
        count(redis, measured)


@pytest.fixture
def ours(services_with: ServicesWith) -> Services:
    return services_with()


def test_a_review_has_the_objectives_the_failures_and_the_days_before(
    ours: Services, redis: Redis
) -> None:
    yesterday = date(2026, 11, 25)
    a_day(redis, yesterday, done=97, failed=3)
    a_day(redis, yesterday - timedelta(days=1), done=5, failed=0)
    now = datetime(2026, 11, 25, 23, 59, tzinfo=UTC)
    report = ours.reports.report([yesterday])
    statuses = ours.reports.slo_statuses(now, [yesterday])
    trend = {day: ours.reports.report([day]) for day in (yesterday, date(2026, 11, 24))}
    text = review_markdown(Period.DAY, report, statuses, trend)
    assert "# Review of 25 November 2026" in text
    assert "100 tasks, 97 % done, TTE P50 2.0 s, P95 2.1 s, 0 rollbacks." in text
    assert "| Success rate | missed beyond the alert threshold | 97 % |" in text
    assert "| TTE P99 | too few to tell: 97 of 100 |" in text
    assert "| Runner availability | no data |" in text
    assert "Failures: 3 × `ci_failed`." in text
    assert text.index("| 24 Nov | 5 | 100 % |") < text.index("| 25 Nov | 100 | 97 % |")
    said = review_told(Period.DAY, report, statuses)
    assert "Success rate: 97 %" in said
    assert "TTE P95" not in said.split("\n", 1)[1]


def test_a_day_without_tasks_says_so(ours: Services) -> None:
    day = date(2026, 11, 25)
    report = ours.reports.report([day])
    text = review_markdown(Period.DAY, report, (), {day: report})
    assert "No task settled." in text
    assert "| 25 Nov | 0 | – | – | – | – | 0 |" in text


def test_two_reviews_at_once_write_one_and_a_death_over_it_lets_the_next_minute_write_it(
    ours: Services, redis: Redis
) -> None:
    day, key = date(2026, 11, 25), keys.review(Period.DAY, date(2026, 11, 25))
    assert ours.alerts.begin_review(Period.DAY, day)
    assert not ours.alerts.begin_review(Period.DAY, day)
    assert 0 < redis.pttl(key) <= 60_000
    redis.delete(key)  # as if that time had passed
    assert ours.alerts.begin_review(Period.DAY, day)
    ours.alerts.note_review(Period.DAY, day)
    assert not ours.alerts.begin_review(Period.DAY, day)
    assert redis.ttl(key) > 7 * 24 * 3600
