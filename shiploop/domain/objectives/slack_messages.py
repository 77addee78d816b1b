"""Every word that we write about objectives: what an alert says, and the reviews."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import assert_never

from shiploop.domain.delivery.github_text import cell_text, code_text, reason_text, title_text
from shiploop.domain.objectives.alerts import Alert, AlertKind, AlertState
from shiploop.domain.objectives.report import Percentiles, Report, SloStatus
from shiploop.domain.objectives.slo import (
    Period,
    Slo,
    SloState,
    burn_rate,
    burns_too_fast,
    events_needed,
)

_RUNBOOK = "docs/runbook.md#alerts-on-objectives"
_STATES = {
    SloState.NO_DATA: "no data",
    SloState.TOO_FEW: "too few to tell",
    SloState.MET: "met",
    SloState.MISSED: "missed",
    SloState.ALERT: "missed beyond the alert threshold",
}
_P95, _P99 = Fraction(95, 100), Fraction(99, 100)
_PERIODS = {Period.DAY: "today", Period.WEEK: "this week", Period.MONTH: "this month"}


def what_is_wrong(status: SloStatus, kind: AlertKind) -> str | None:
    """What one of an objective's alerts has to say, None when nothing is wrong."""
    match kind:
        case AlertKind.BURN_RATE:
            return _burning(status)
        case AlertKind.THRESHOLD:
            return _beyond(status)
        case _ as never:
            assert_never(never)


def _burning(status: SloStatus) -> str | None:
    slo = status.slo
    for burn in status.burns:
        if burns_too_fast(slo, burn):
            minutes = int(burn.window.long.total_seconds() // 60)
            rate = burn_rate(slo, burn.long)
            return (
                f"{burn.long.bad} of {burn.long.total} in the last {minutes} min were bad: the "
                f"error budget is being spent {rate:.1f} times as fast as allowed"
            )
    return None


def _beyond(status: SloStatus) -> str | None:
    if status.state is not SloState.ALERT:
        return None
    return f"{value_text(status)} {period_text(status.slo)}, where {objective_text(status.slo)}"


def alert_told(alert: Alert, slo: Slo, state: AlertState) -> str:
    """What is said in Slack when an alert begins or is over."""
    if state is AlertState.RESOLVED:
        return f"✅ {title_text(slo.title)}: the alert is over ({title_text(alert.name)})"
    what = f"{title_text(slo.title)}: {reason_text(alert.summary)}"
    return f"🔥 {what} ({title_text(alert.name)}; what to do: {_RUNBOOK})"


def state_text(status: SloStatus) -> str:
    """The state in words; openly, where there is too little to say anything."""
    if status.state is SloState.TOO_FEW:
        return f"too few to tell: {status.counted.total} of {events_needed(status.slo.target)}"
    return _STATES[status.state]


def value_text(status: SloStatus) -> str:
    """The figure that the objective is about, or why there is none."""
    if status.value is None:
        return state_text(status)
    return seconds(status.value) if status.slo.limit_ms is not None else percent(status.value)


def objective_text(slo: Slo) -> str:
    """What is promised, and when people are told."""
    if slo.limit_ms is not None:
        alert = seconds(slo.alert_limit_ms or slo.limit_ms)
        return f"at most {seconds(slo.limit_ms)} is promised (alert above {alert})"
    alert_target = percent(float(slo.alert_target))
    return f"at least {percent(float(slo.target))} is promised (alert below {alert_target})"


def period_text(slo: Slo) -> str:
    """The period that an objective is looked at over."""
    return _PERIODS[slo.period]


def seconds(milliseconds: float) -> str:
    """Milliseconds as seconds, to be read."""
    return f"{milliseconds / 1000:.1f} s"


def percent(share: float) -> str:
    """A share in percent, to be read: two digits, as a target may have one."""
    return f"{100 * share:.2f}".rstrip("0").rstrip(".") + " %"


def review_title(period: Period, days: Sequence[date]) -> str:
    """What a review is called."""
    if period is Period.DAY:
        return f"Review of {days[0]:%d %B %Y}"
    return f"Review of the week from {days[0]:%d} to {days[-1]:%d %B %Y}"


def review_markdown(
    period: Period, report: Report, statuses: Sequence[SloStatus], trend: Mapping[date, Report]
) -> str:
    """A review as Markdown: the objectives, what happened, and how it was before."""
    return "\n".join(
        [
            f"# {review_title(period, report.days)}",
            "",
            summary_line(report),
            "",
            "| objective | state | value | promised | budget left |",
            "|---|---|---|---|---|",
            *map(_row, statuses),
            "",
            *_failures(report),
            "| day | tasks | success | TTE P50 | TTE P95 | TTE P99 | rollbacks |",
            "|---|---|---|---|---|---|---|",
            *(_trend_row(day, one) for day, one in sorted(trend.items())),
            "",
        ]
    )


def review_told(period: Period, report: Report, statuses: Sequence[SloStatus]) -> str:
    """A review as it is said in Slack."""
    missed = [
        f"{title_text(one.slo.title)}: {value_text(one)}, {state_text(one)}"
        for one in statuses
        if one.state in (SloState.MISSED, SloState.ALERT)
    ]
    head = f"📊 {review_title(period, report.days)}: {summary_line(report)}"
    return "\n".join([head, *(missed or ["No objective was missed."])])


def summary_line(report: Report) -> str:
    """What became of the tasks, in a sentence."""
    total = report.total
    if not total.total:
        return "No task settled."
    undone = sum(report.rollbacks.by_status.values())
    done = f"{_many(total.total, 'task')}, {total.success_rate_percent:g} % done"
    return f"{done}, TTE {tte_text(total.tte)}, {_many(undone, 'rollback')}."


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def tte_text(tte: Percentiles) -> str:
    """Percentiles in a line; the rarer ones only where there are enough values for them."""
    told = [f"P50 {seconds(tte.p50)}"] if tte.count else ["not known"]
    if tte.count >= events_needed(_P95):
        told.append(f"P95 {seconds(tte.p95)}")
    if tte.count >= events_needed(_P99):
        told.append(f"P99 {seconds(tte.p99)}")
    return ", ".join(told)


def _row(status: SloStatus) -> str:
    cells = (
        cell_text(status.slo.title),
        state_text(status),
        value_text(status),
        objective_text(status.slo),
        _budget(status.budget_left),
    )
    return f"| {' | '.join(cells)} |"


def _budget(left: float | None) -> str:
    if left is None:
        return "–"
    return percent(left) if left >= 0 else f"none: spent {1 - left:.1f} times"


def _failures(report: Report) -> Iterator[str]:
    if report.failures:
        kinds = ", ".join(f"{count} × {code_text(kind)}" for kind, count in report.failures.items())
        yield f"Failures: {kinds}."
        yield ""


def _trend_row(day: date, report: Report) -> str:
    total = report.total
    cells = (
        f"{day:%d %b}",
        str(total.total),
        f"{total.success_rate_percent:g} %" if total.total else "–",
        *(seconds(value) if total.tte.count else "–" for value in _all_three(total.tte)),
        str(sum(report.rollbacks.by_status.values())),
    )
    return f"| {' | '.join(cells)} |"


def _all_three(tte: Percentiles) -> tuple[int, int, int]:
    return tte.p50, tte.p95, tte.p99
