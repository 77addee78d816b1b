"""Every word that we write about what is kept true, and about what the documents lack."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from shiploop.domain.delivery.github_text import cell_text, code_text, paragraph_text, title_text
from shiploop.domain.upkeep.gap import Gap
from shiploop.domain.upkeep.kept import Standing
from shiploop.domain.upkeep.kept_record import KeptRecord

_TOLD: Final = 5  # of the gaps, where people are told that there are any


def swept_text(agent: str, records: Sequence[KeptRecord]) -> str:
    """What a sweep has seen, in a line."""
    counted = Counter(record.standing for record in records)
    told = [f"{counted[each]} {each}" for each in Standing if counted[each]]
    return f"{paragraph_text(agent)}: {', '.join(told) or 'nothing is kept'}"


def gap_review_title(days: Sequence[date]) -> str:
    """What a review of gaps is called."""
    return f"What was not answered from {days[0]:%d} to {days[-1]:%d %B %Y}"


def gap_review_markdown(days: Sequence[date], gaps: Sequence[Gap]) -> str:
    """A review of gaps as Markdown. Strangers have written the questions: they are only text."""
    return "\n".join(
        [
            f"# {gap_review_title(days)}",
            "",
            _summary(gaps),
            "",
            "| asked | question | in other words | nearest section |",
            "|---|---|---|---|",
            *map(_row, gaps),
            "",
        ]
    )


def _row(gap: Gap) -> str:
    nearest = code_text(f"{gap.closest.path}#{gap.closest.anchor}") if gap.closest else "–"
    others = "; ".join(map(cell_text, gap.others)) or "–"
    return f"| {gap.count} | {cell_text(gap.title)} | {others} | {nearest} |"


def gap_review_told(days: Sequence[date], gaps: Sequence[Gap]) -> str:
    """A review of gaps as people are told of it."""
    return "\n".join([f"🕳 {gap_review_title(days)}: {_summary(gaps)}", *_most_wanted(gaps)])


def _summary(gaps: Sequence[Gap]) -> str:
    asked = sum(gap.count for gap in gaps)
    questions = "question" if asked == 1 else "questions"
    things = "thing" if len(gaps) == 1 else "things"
    return f"{asked} {questions} about {len(gaps)} {things} that the documents do not say."


def _most_wanted(gaps: Sequence[Gap]) -> Iterator[str]:
    for gap in gaps[:_TOLD]:
        yield paragraph_text(f"{gap.count} × {title_text(gap.title)}")
