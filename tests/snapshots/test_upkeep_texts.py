"""What people are told of what the documents lack, and Prefect of each sweep."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

import pytest

from shiploop.domain.delivery.change import Source
from shiploop.domain.upkeep import messages
from shiploop.domain.upkeep.gap import Gap
from tests.builders import NOON
from tests.snapshots.conftest import ReadsAs

WEEK: Final = tuple(date(2026, 11, 16) + timedelta(days=each) for each in range(7))
EXPORT: Final = Gap(
    title="Can I export to Parquet?",
    count=14,
    last_at=NOON,
    others=("Is there a Parquet export?", "Export as parquet files @acme/oncall"),
    closest=Source("docs/exporting-data.md", "formats", "Exporting data › Formats"),
)
GAPS: Final = (
    EXPORT,
    Gap(title="如何匯入資料？", count=3, last_at=NOON),
    Gap(title="Does *it* run on | ARM?", count=1, last_at=NOON),
)

TEXTS: dict[str, Callable[[], str]] = {
    "slack/gap_review.txt": lambda: messages.gap_review_told(WEEK, GAPS),
    "slack/gap_review_of_one_question.txt": lambda: messages.gap_review_told(WEEK, GAPS[2:]),
    "prefect/gap_review.md": lambda: messages.gap_review_markdown(WEEK, GAPS),
    "prefect/sweep_of_nothing.txt": lambda: messages.swept_text("faq", ()),
}


@pytest.mark.parametrize("name", TEXTS)
def test_people_are_told_this(name: str, reads_as: ReadsAs) -> None:
    reads_as(name, TEXTS[name]())
