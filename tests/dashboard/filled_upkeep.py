"""Entries of every standing and unanswered questions, as sweeps and runners leave them."""

from datetime import datetime, timedelta
from typing import Final

from shiploop.bootstrap import Services
from shiploop.domain.delivery.change import Source
from shiploop.domain.upkeep.gap import DeclinedRequest
from shiploop.domain.upkeep.kept import Standing
from shiploop.domain.upkeep.kept_record import KeptRecord
from tests.builders import TASK_ID

ENTRIES: Final = 500
FORMATS: Final = Source("docs/exporting-data.md", "formats", "Exporting data › Formats")
UNANSWERED: Final = (
    ("Can I export to Parquet?", 9, (FORMATS,)),
    ("Is there a Parquet export?", 4, (FORMATS,)),
    ("如何匯入舊系統的資料？", 3, ()),
    ("Does it <b>run</b> on ARM | [or](http://elsewhere.example) not?", 2, ()),
    ("Which telescopes are supported by the plugin that steers them at night?", 1, ()),
)


def keep_entries(services: Services, now: datetime) -> tuple[KeptRecord, ...]:
    """Write what a sweep a minute ago has seen; returns it."""
    records = tuple(_record(number, now) for number in range(ENTRIES))
    services.kept_records.replace("faq", records)
    return records


def _record(number: int, now: datetime) -> KeptRecord:
    standing = list(Standing)[number % 97] if number % 97 < len(Standing) else Standing.CURRENT
    asked = standing in (Standing.ASKED, Standing.LEFT)
    born = now - timedelta(days=number % 200 + 1, hours=number % 24)
    return KeptRecord(
        key=f"{number:064x}",
        title=f"How does part {number} of the system work?",
        task_id=TASK_ID,
        page="/faq",
        anchor=f"how-does-part-{number}-of-the-system-work-{number:08x}",
        sources=(Source(f"docs/part-{number % 40}.md", "how-it-works", "Part › How it works"),),
        standing=standing,
        made_of="",
        seen_at=born,
        checked_at=now - timedelta(minutes=1),
        merged_at=None if number % 5 == 0 else born,
        asked_task_id=TASK_ID if asked else None,
        asked_at=now - timedelta(hours=3) if asked else None,
    )


def decline_questions(services: Services, now: datetime) -> None:
    """Note what was not answered."""
    for title, times, closest in UNANSWERED:
        for ago in range(times, 0, -1):
            at = now - timedelta(hours=ago)
            services.declined.note("faq", DeclinedRequest(TASK_ID, title, "-", at, closest))
