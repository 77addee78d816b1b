"""Shows what was measured: what became of the questions, what was found, and what it took."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from bench.answers.asking import LOOKED_AT, Answered
from bench.answers.cost import Cost
from bench.answers.figures import Share, calibration, hits, recall, rows
from bench.answers.others import Other
from bench.measurement import percentile


@dataclass(frozen=True, slots=True)
class Size:
    """Of what was read, and how much was left out of it, by a limit or a setting."""

    pages: int
    sections: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Report:
    """One measurement: the questions as they were answered, and what it took."""

    answered: Sequence[Answered]
    others: Sequence[Other]
    size: Size
    built: Cost
    asked: Cost


def show(report: Report, console: Console) -> None:
    """Print all tables."""
    size, count = report.size, len(report.answered)
    read = f"{size.pages} pages, {size.sections} sections, {size.left_out} of them left out"
    console.print(f"{read}; {count} questions")
    console.print(_outcomes(report.answered))
    console.print(_calibration(report.answered))
    console.print(_retrieval(report))
    console.print(_costs(report))


def _outcomes(answered: Sequence[Answered]) -> Table:
    table = Table("what became of them", "answerable", "not answerable", "right place, 95 %")
    for row in rows(answered):
        counts = (_percent(each) for each in (row.answerable, row.not_answerable))
        table.add_row(row.outcome.value, *counts, _trusted(row.right) if row.right.of else "–")
    table.add_section()
    table.add_row("recall: right place, of all", _trusted(recall(answered)), "", "")
    return table


def _calibration(answered: Sequence[Answered]) -> Table:
    table = Table("calibration: level", "kind of answer", "right, 95 %", "the judge's confidence")
    for each in calibration(answered):
        confidence = "–" if each.confidence is None else f"{100 * each.confidence:.0f} %"
        table.add_row(each.outcome.value, each.kind or "–", _trusted(each.right), confidence)
    return table


def _retrieval(report: Report) -> Table:
    table = Table("retrieval alone", f"hit@{LOOKED_AT}, 95 %", "built in, CPU", "grew by")
    found = [("shiploop", hits(report.answered), report.built)]
    found += [(other.name, other.found, other.built) for other in report.others]
    for name, share, built in found:
        size = f"{built.megabytes:.0f} MB"
        table.add_row(name, _trusted(share), f"{built.cpu_s:.2f} s", size)
    return table


def _costs(report: Report) -> Table:
    times_ms = [one.milliseconds for one in report.answered]
    table = Table("a question", "median", "p95", "most", "all, CPU", "grew by")
    table.add_row(
        "drafted, edited, checked",
        *(f"{percentile(times_ms, percent):.0f} ms" for percent in (50, 95, 100)),
        f"{report.asked.cpu_s:.1f} s",
        f"{report.asked.megabytes:.0f} MB",
    )
    return table


def _percent(share: Share) -> str:
    return f"{share.count} of {share.of} ({share.percent:.0f} %)"


def _trusted(share: Share) -> str:
    low, high = share.interval
    return f"{_percent(share)} [{low:.0f}–{high:.0f}]"
