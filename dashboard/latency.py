"""Latency: how long it takes, over time and by stage, against what was promised."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

import streamlit as st

from dashboard import charts, formatting
from dashboard.live import live
from dashboard.markup import Html, badge, table, text
from shiploop.bootstrap import Services
from shiploop.domain.delivery.stages import TARGETS_MS, over_target_ms
from shiploop.domain.objectives.report import Percentiles
from shiploop.domain.objectives.slo import Slo

_HOURS, _DAYS = "24 hours", "14 days"
_SPANS: Final = (_HOURS, _DAYS)
_OBJECTIVE: Final = "tte-p95"


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the page shows, read at one moment."""

    over_time: tuple[tuple[datetime, Percentiles], ...]
    time_format: str
    objective: Slo
    stages: Mapping[str, Percentiles]


def show() -> None:
    """The page."""
    st.title("Latency", anchor=False)
    st.caption("TTE: from the accepted request to the merge, of the merged runs. Times are UTC.")
    span = st.segmented_control(
        "Shown", _SPANS, default=_HOURS, required=True, key="span", bind="query-params"
    )
    read = _read_days if span == _DAYS else _read_hours
    live(read, _draw)


def _read_hours(services: Services, now: datetime) -> Numbers:
    hours = [
        (now - timedelta(hours=back)).replace(minute=0, second=0, microsecond=0)
        for back in reversed(range(24))
    ]
    found = list(zip(hours, services.metrics.percentiles_by_hour("tte-hour", hours), strict=True))
    return _numbers(services, now, 1, found, "%H:%M")


def _read_days(services: Services, now: datetime) -> Numbers:
    days = [now.date() - timedelta(days=back) for back in reversed(range(14))]
    found = [
        (datetime.combine(day, time(), UTC), services.metrics.percentiles("tte", [day]))
        for day in days
    ]
    return _numbers(services, now, 14, found, "%d %b")


def _numbers(
    services: Services,
    now: datetime,
    days: int,
    over_time: list[tuple[datetime, Percentiles]],
    time_format: str,
) -> Numbers:
    dates = [now.date() - timedelta(days=back) for back in range(days)]
    report = services.reports.report(dates)
    return Numbers(
        over_time=tuple((at, found) for at, found in over_time if found.count),
        time_format=time_format,
        objective=next(slo for slo in services.reports.slos if slo.name == _OBJECTIVE),
        stages={stage: found for stage, found in report.stages.items() if found.count},
    )


def _draw(numbers: Numbers) -> None:
    st.subheader("Percentiles over time", anchor=False)
    if numbers.over_time:
        chart = charts.percentiles_over_time(
            numbers.over_time, numbers.time_format, numbers.objective
        )
        charts.draw(chart, "TTE percentiles over time")
    else:
        st.info("Nothing was merged in this time: there is no latency to show.")
    st.subheader("Stages", anchor=False)
    if not numbers.stages:
        st.info("No run has gone through a stage in this time.")
        return
    st.caption("Full: P50, one stage after the other. Faint: P95. The upright mark: the target.")
    charts.draw(charts.waterfall(numbers.stages), "Stages by P50 and P95")
    st.html(_stage_table(numbers.stages))


def _stage_table(stages: Mapping[str, Percentiles]) -> Html:
    columns = [
        "Stage",
        "Within its target?",
        "#Runs",
        "#P50",
        "#P95",
        "#Target",
        "#P95 over target",
    ]
    rows = [
        [
            text(stage),
            within_target(stage, found.p95),
            text(f"{found.count:,}"),
            text(formatting.format_seconds(found.p50)),
            text(formatting.format_seconds(found.p95)),
            text(formatting.format_seconds(TARGETS_MS.get(stage))),
            text(formatting.format_excess(over_target_ms(stage, found.p95))),
        ]
        for stage, found in stages.items()
    ]
    return table(columns, rows)


def within_target(stage: str, took_ms: int) -> Html:
    """Whether a stage keeps to its target."""
    over_ms = over_target_ms(stage, took_ms)
    if over_ms is None:
        return badge("no target", "gray")
    return badge("over", "orange") if over_ms else badge("within", "green")
