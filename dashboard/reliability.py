"""Reliability: what is left of each error budget, what fails, and how long a rollback takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import streamlit as st

from dashboard import charts, formatting
from dashboard.live import live
from dashboard.markup import Html, badge, joined, table, text
from shiploop.bootstrap import Services
from shiploop.domain.delivery.change import Level
from shiploop.domain.objectives.report import Report, SloStatus
from shiploop.domain.objectives.slo import Period
from shiploop.stores.autonomy import Autonomy

_SPANS: Final[Mapping[str, int]] = {"today": 1, "7 days": 7, "30 days": 30}

_SET: Final = "It may go so far at most: SHIPLOOP_AUTONOMY, or shiploop autonomy while running."

_TIMES: Final[Mapping[Period, str]] = {
    Period.DAY: "%H:%M",
    Period.WEEK: "%a %H:%M",
    Period.MONTH: "%d %b %H:%M",
}


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the page shows, read at one moment."""

    slos: tuple[SloStatus, ...]
    budgets: tuple[tuple[tuple[datetime, float], ...], ...]
    report: Report
    agents: tuple[str, ...]
    autonomy: Autonomy
    ceilings: Mapping[str, Level]


def show() -> None:
    """The page."""
    st.title("Reliability", anchor=False)
    st.caption("Error budgets are those of the current day, week or month, in UTC.")
    span = st.segmented_control(
        "Failures and rollbacks of",
        list(_SPANS),
        default="today",
        required=True,
        key="span",
        bind="query-params",
    )
    live(partial(_read, _SPANS[span or "today"]), _draw)


def _read(days: int, services: Services, now: datetime) -> Numbers:
    dates = [now.date() - timedelta(days=back) for back in range(days)]
    reports = services.reports
    autonomy = services.autonomy.read()
    return Numbers(
        slos=reports.slo_statuses(now),
        budgets=tuple(tuple(reports.budget_by_hour(slo, now)) for slo in reports.slos),
        report=reports.report(dates),
        agents=reports.agents,
        autonomy=autonomy,
        ceilings={name: services.autonomy.ceiling(name, autonomy) for name in reports.agents},
    )


def _draw(numbers: Numbers) -> None:
    st.subheader("Error budgets", anchor=False)
    columns = [*st.columns(3), *st.columns(3)]
    for column, status, points in zip(columns, numbers.slos, numbers.budgets, strict=True):
        with column.container(border=True, height="stretch"):
            _draw_budget(status, points)
    failures, rollbacks = st.columns(2, gap="large")
    with failures:
        _draw_failures(numbers.report)
    with rollbacks:
        _draw_rollbacks(numbers.report)
    st.subheader("Who decides", anchor=False)
    st.html(_levels(numbers))


def _levels(numbers: Numbers) -> Html:
    """How far each agent goes by itself, and what each kind of its answers has earned."""
    rows = [
        [text(name), text("all"), _level(numbers.ceilings[name]), text(_SET)]
        for name in numbers.agents
    ]
    rows += [
        [text(name), text(kind), _level(standing.level), text(standing.reason)]
        for (name, kind), standing in numbers.autonomy.standings.items()
    ]
    return table(["Agent", "Kind of answer", "Level", "Why"], rows)


def _level(level: Level) -> Html:
    return badge(level, "green" if level is Level.AUTO else "orange")


def _draw_budget(status: SloStatus, points: tuple[tuple[datetime, float], ...]) -> None:
    state = badge(*formatting.SLO_STATES[status.state])
    period = formatting.PERIODS[status.slo.period]
    left = formatting.format_percent(status.budget_left)
    st.html(
        Html(
            f'<div class="ship-head"><b>{text(status.slo.title)}</b>{state}</div>'
            f'<div class="ship-muted">{text(left)} of the budget of the {period} left</div>'
        )
    )
    if points:
        chart = charts.budget(points, _TIMES[status.slo.period])
        charts.draw(chart, f"Budget: {status.slo.title}")
    else:
        st.caption(f"Nothing was counted this {period}.")


def _draw_failures(report: Report) -> None:
    st.subheader("Failures by kind", anchor=False)
    if not report.failures:
        st.info("No run has failed in this time.")
        return
    charts.draw(charts.counts(report.failures), "Failures by kind")


def _draw_rollbacks(report: Report) -> None:
    st.subheader("Rollbacks", anchor=False)
    ended = report.rollbacks.by_status
    if not ended:
        st.info("Nothing was rolled back in this time.")
        return
    tones: Mapping[str, formatting.Tone] = {"healthy": "green", "declined": "gray"}
    st.html(
        joined(
            badge(f"{number} {formatting.format_spaced(end)}", tones.get(end, "red"))
            for end, number in ended.items()
        )
    )
    st.caption("Time to roll back, of those that ended healthy: P50 full, P95 faint.")
    parts = {part: found for part, found in report.rollbacks.trb_ms.items() if part != "total"}
    charts.draw(charts.waterfall(parts, {}), "Time to roll back by part")
    rows = [
        [
            text(part),
            text(formatting.format_seconds(found.p50)),
            text(formatting.format_seconds(found.p95)),
        ]
        for part, found in report.rollbacks.trb_ms.items()
    ]
    st.html(table(["Part", "#P50", "#P95"], rows))
