"""Overview: how it stands today, and whether anybody has to do something."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import streamlit as st

from dashboard import formatting
from dashboard.cards import Card, draw_cards
from dashboard.live import live
from dashboard.markup import Html, badge, joined, table, text
from shiploop.bootstrap import Services
from shiploop.domain.objectives.alerts import Alert, AlertState
from shiploop.domain.objectives.report import Percentiles, Report, SloStatus
from shiploop.domain.objectives.slo import SloState

_HOURS: Final = 24
_SUCCESS, _P95, _P99 = "success-rate", "tte-p95", "tte-p99"


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the page shows, read at one moment."""

    now: datetime
    report: Report
    slos: dict[str, SloStatus]
    tte_by_hour: tuple[Percentiles, ...]
    success_by_hour: tuple[float, ...]
    runners: int
    waiting: int
    rolling_back: str | None
    freeze: str | None
    silenced: dict[str, str]


def show() -> None:
    """The page."""
    st.title("Overview", anchor=False)
    live(_read, _draw)


def _read(services: Services, now: datetime) -> Numbers:
    statuses = services.reports.slo_statuses(now)
    return Numbers(
        now=now,
        report=services.reports.report([now.date()]),
        slos={status.slo.name: status for status in statuses},
        tte_by_hour=tuple(
            services.metrics.percentiles_by_hour(
                "tte-hour", [now - timedelta(hours=back) for back in reversed(range(_HOURS))]
            )
        ),
        success_by_hour=tuple(
            float(counted.good_share or 0)
            for _, counted in services.slo_events.by_hour(_SUCCESS, [now.date()])
        ),
        runners=len(services.heartbeats.living(now)),
        waiting=services.waiting.count(),
        rolling_back=services.rollbacks.running(),
        freeze=services.freeze.reason(),
        silenced=services.reports.silences(),
    )


def _raised(statuses: tuple[SloStatus, ...]) -> list[Alert]:
    shown = (AlertState.FIRING, AlertState.PENDING)
    return [alert for status in statuses for alert in status.alerts if alert.state in shown]


def _draw(numbers: Numbers) -> None:
    st.caption(f"Today, {numbers.now:%d %B %Y}, in UTC. Read again every two seconds.")
    if numbers.freeze is not None:
        st.warning(formatting.format_markdown(f"Merges are frozen: {numbers.freeze}"))
    if numbers.report.total.total + numbers.report.total.declined == 0:
        st.info("No run has ended today yet: ask a question, and the numbers appear.")
    draw_cards(list(_cards(numbers)))
    st.subheader("Alerts", anchor=False)
    _draw_alerts(numbers)
    st.subheader("Objectives", anchor=False)
    st.html(_objectives(tuple(numbers.slos.values())))


def _cards(numbers: Numbers) -> Iterator[Card]:
    total, success = numbers.report.total, numbers.slos[_SUCCESS]
    rate = f"{total.success_rate_percent:g} %" if total.total else "no data"
    of_all = f"{total.success:,} of {formatting.format_count(total.total, 'run')}"
    state = formatting.SLO_STATES[success.state]
    yield Card("Success rate", rate, *state, of_all, numbers.success_by_hour)
    p50 = formatting.format_seconds(total.tte.p50) if total.tte.count else "no data"
    trend = tuple(hour.p50 / 1000 for hour in numbers.tte_by_hour)
    yield Card(
        "TTE P50", p50, formatting.format_count(total.tte.count, "merge"), "gray", trend=trend
    )
    p95 = tuple(hour.p95 / 1000 for hour in numbers.tte_by_hour)
    yield _percentile_card("P95", numbers.slos[_P95], p95)
    p99 = tuple(hour.p99 / 1000 for hour in numbers.tte_by_hour)
    yield _percentile_card("P99", numbers.slos[_P99], p99)
    left, burn_rate = success.budget_left, success.burn_rate
    yield Card(
        "Error budget left", formatting.format_percent(left), *formatting.format_budget(left)
    )
    yield Card(
        "Burn rate",
        formatting.format_burn_rate(burn_rate),
        *formatting.format_burn_state(burn_rate),
    )
    yield Card("Runners", str(numbers.runners), *formatting.format_runners(numbers.runners))
    yield _rollbacks_card(numbers)
    if numbers.waiting or numbers.report.waited.count:
        yield _waiting_card(numbers)


def _waiting_card(numbers: Numbers) -> Card:
    waited = numbers.report.waited
    took = f"P50 {formatting.format_long(waited.p50)}" if waited.count else "none has ended today"
    if not numbers.waiting:
        return Card("Waiting", "0", "for nobody", "green", took)
    return Card("Waiting", f"{numbers.waiting:,}", "for a person", "orange", took)


def _percentile_card(name: str, status: SloStatus, trend: tuple[float, ...]) -> Card:
    state, tone = formatting.SLO_STATES[status.state]
    beside = formatting.format_slo_target(status)
    if status.state is SloState.TOO_FEW:
        state, beside = f"too few for {name}", formatting.format_slo_events(status)
    return Card(f"TTE {name}", formatting.format_slo_value(status), state, tone, beside, trend)


def _rollbacks_card(numbers: Numbers) -> Card:
    ended = numbers.report.rollbacks.by_status
    total = f"{sum(ended.values()):,}"
    if numbers.rolling_back is not None:
        return Card("Rollbacks today", total, "one is running", "red", numbers.rolling_back[:12])
    if not ended:
        return Card("Rollbacks today", total, "none", "green")
    told = ", ".join(
        f"{number} {formatting.format_spaced(status)}" for status, number in ended.items()
    )
    return Card("Rollbacks today", total, told, "orange")


def _draw_alerts(numbers: Numbers) -> None:
    raised = _raised(tuple(numbers.slos.values()))
    if not raised:
        st.html(joined([badge("quiet", "green"), text("No alert is firing.")]))
        return
    rows = [
        [
            text(alert.name),
            badge(alert.state, formatting.ALERT_TONES[alert.state]),
            text(formatting.format_ago(alert.since, numbers.now)),
            text(_said(alert, numbers.silenced)),
        ]
        for alert in raised
    ]
    st.html(table(["Alert", "State", "Since", "What is wrong"], rows))


def _said(alert: Alert, silenced: Mapping[str, str]) -> str:
    if alert.name not in silenced:
        return alert.summary
    return f"{alert.summary} (nobody is told: {silenced[alert.name]})"


def _objectives(statuses: tuple[SloStatus, ...]) -> Html:
    columns = ["Objective", "State", "#Now", "#Target", "#Events", "#Budget left", "#Burn rate"]
    rows = [
        [
            text(status.slo.title),
            badge(*formatting.SLO_STATES[status.state]),
            text(formatting.format_slo_value(status)),
            text(
                f"{formatting.format_slo_target(status)} a {formatting.PERIODS[status.slo.period]}"
            ),
            text(formatting.format_slo_events(status)),
            text(formatting.format_percent(status.budget_left)),
            text(formatting.format_burn_rate(status.burn_rate)),
        ]
        for status in statuses
    ]
    return table(columns, rows)
