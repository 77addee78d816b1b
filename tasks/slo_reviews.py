"""Writes the review of each day and week that is over, once."""

from datetime import UTC, date, datetime, time, timedelta

import prefect
from prefect.artifacts import create_markdown_artifact

from shiploop.bootstrap import services
from shiploop.domain.objectives import slack_messages as messages
from shiploop.domain.objectives.slo import Period
from tasks.shared.durability import RETRIED

_REVIEWED = (Period.DAY, Period.WEEK)
_TREND = {Period.DAY: timedelta(days=7), Period.WEEK: timedelta(days=28)}


@prefect.task(name="write-due-reviews", **RETRIED)
def write_due_reviews() -> list[str]:
    """Review the day and the week before this one; returns the titles of what was written."""
    today = datetime.now(UTC).date()
    return [title for period in _REVIEWED if (title := _review(period, today)) is not None]


def days_to_review(period: Period, today: date) -> tuple[date, ...]:
    """All days of the last period that is over."""
    last = period.first_day(today) - timedelta(days=1)
    first = period.first_day(last)
    return tuple(first + timedelta(days=number) for number in range((last - first).days + 1))


def _review(period: Period, today: date) -> str | None:
    days = days_to_review(period, today)
    if not services().alerts.begin_review(period, days[0]):
        return None
    reports = services().reports
    report = reports.report(days)
    if report.total.total or report.total.declined:
        statuses = reports.slo_statuses(datetime.combine(days[-1], time.max, UTC), days)
        before = [days[-1] - timedelta(days=each) for each in range(_TREND[period].days)]
        trend = {day: reports.report([day]) for day in before}
        markdown = messages.review_markdown(period, report, statuses, trend)
        create_markdown_artifact(markdown, key=f"{period.name.lower()}-review")
        told = messages.review_told(period, report, statuses)
        services().notices.post(f"review-{period.name.lower()}-{days[0]:%Y%m%d}", told)
    services().alerts.note_review(period, days[0])
    return messages.review_title(period, days)
