"""Tells people each week what was asked and not answered, so that the documents come to say it."""

from datetime import UTC, date, datetime, time, timedelta

import prefect
from prefect.artifacts import create_markdown_artifact

from shiploop.bootstrap import services
from shiploop.domain.objectives.slo import Period
from shiploop.domain.upkeep import messages
from tasks.shared.durability import RETRIED


@prefect.task(name="write-due-gap-reviews", **RETRIED)
def write_due_gap_reviews() -> list[str]:
    """Review the week before this one, once; returns the titles of what was written."""
    monday = Period.WEEK.first_day(datetime.now(UTC).date())
    days = tuple(monday - timedelta(days=back) for back in range(7, 0, -1))
    reviewed = (_review(agent, days) for agent in services().agents.names)
    return [title for title in reviewed if title is not None]


def _review(agent: str, days: tuple[date, ...]) -> str | None:
    if not services().declined.begin_review(agent, days[0]):
        return None
    begin = datetime.combine(days[0], time.min, UTC)
    declined = services().declined.between(agent, begin, begin + timedelta(days=len(days)))
    gaps = services().agents.lacks(agent, declined)
    if gaps:
        markdown = messages.gap_review_markdown(days, gaps)
        create_markdown_artifact(markdown, key=f"{agent}-gaps")
        told = messages.gap_review_told(days, gaps)
        services().notices.post(f"gaps-{agent}-{days[0]:%Y%m%d}", told)
    services().declined.note_review(agent, days[0])
    return messages.gap_review_title(days) if gaps else None
