"""What is said of sweeps and gaps."""

from datetime import date, timedelta

from shiploop.domain.delivery.change import Source
from shiploop.domain.upkeep.gap import Gap
from shiploop.domain.upkeep.kept import Standing
from shiploop.domain.upkeep.messages import gap_review_markdown, gap_review_told, swept_text
from tests.builders import NOON
from tests.shiploop.domain.upkeep.test_kept_record import a_record

WEEK = tuple(date(2026, 11, 16) + timedelta(days=number) for number in range(7))


def a_gap(title: str, *others: str) -> Gap:
    return Gap(title, 3, NOON, others, Source("docs/export.md", "formats", "Export › Formats"))


def test_a_sweep_counts_how_entries_stand() -> None:
    records = [a_record(), a_record(), a_record(standing=Standing.ASKED)]
    assert swept_text("faq", records) == "faq: 2 current, 1 asked again"
    assert swept_text("faq", []) == "faq: nothing is kept"


def test_a_review_names_what_is_most_wanted() -> None:
    gaps = [a_gap("Can I export to Parquet?", "Parquet export?"), a_gap("Who is Ada?")]
    text = gap_review_markdown(WEEK, gaps)
    assert text.startswith("# What was not answered from 16 to 22 November 2026\n")
    assert "6 questions about 2 things that the documents do not say." in text
    row = "| 3 | Can I export to Parquet? | Parquet export? | `docs/export.md#formats` |"
    assert row in text.splitlines()
    told = gap_review_told(WEEK, gaps)
    assert told.splitlines()[1:] == ["3 × Can I export to Parquet?", "3 × Who is Ada?"]
