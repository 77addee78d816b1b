"""The numbers as the API shows them: the RFC's shape (5.3.4), and more beside it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from shiploop.domain.objectives.alerts import Alert, AlertState
from shiploop.domain.objectives.report import Percentiles, Report, Settled, SloStatus
from shiploop.domain.objectives.slo import Counted, SloState

_TTE_SLO_MS = 60_000
_SUCCESS_SLO_PERCENT = 99.0


class PercentilesView(BaseModel):
    """Exact nearest-rank percentiles in milliseconds; 0 where nothing was measured."""

    p50: int
    p95: int
    p99: int


class CountedPercentilesView(PercentilesView):
    """Percentiles, and of how many values."""

    count: int


class SloMetView(BaseModel):
    """The RFC's two objectives, by its own arithmetic: see `slos` for all six."""

    tte_under_60s: bool
    success_rate_above_99: bool


class SettledView(BaseModel):
    """How the tasks of an agent ended. A declined one is neither success nor failure."""

    total_tasks: int
    success_count: int
    failure_count: int
    declined_count: int
    success_rate_percent: float
    tte_ms: PercentilesView


class WaitingView(BaseModel):
    """How many tasks are parked now, and for how long those that have settled were."""

    now: int
    waited_ms: CountedPercentilesView


class CountedView(BaseModel):
    """Good and bad events."""

    good: int
    bad: int


class RollbacksView(BaseModel):
    """How many rollbacks ended how; the time to roll back of those that ended healthy."""

    by_status: dict[str, int]
    trb_ms: dict[str, CountedPercentilesView]


class SloView(BaseModel):
    """One objective over its period so far.

    `value` is a share of good events or milliseconds; it and `burn_rate`, which is of the last
    minutes, are missing where too few events make them a guess. `budget_left` is 1 at the beginning
    and negative when overspent.
    """

    name: str
    title: str
    description: str
    period: str
    state: SloState
    target: float
    limit_ms: int | None = None
    good: int
    bad: int
    value: float | None = None
    budget_left: float | None = None
    burn_rate: float | None = None


class AlertView(BaseModel):
    """One alert. `silenced` says why nobody is told of it for now."""

    name: str
    state: AlertState
    since: datetime | None = None
    summary: str | None = None
    silenced: str | None = None


class MetricsView(SettledView):
    """What became of the tasks that settled on the days asked for, by UTC.

    `slos` and `alerts` are as they stand now, whatever days were asked for.
    """

    model_config = ConfigDict(serialize_by_alias=True, populate_by_name=True)

    date: str
    first_day: str = Field(alias="from")
    last_day: str = Field(alias="to")
    slo_met: SloMetView
    agents: dict[str, SettledView]
    stages_ms: dict[str, CountedPercentilesView]
    failures: dict[str, int]
    generators: dict[str, int]
    ci: CountedView
    merges: CountedView
    rollbacks: RollbacksView
    waiting: WaitingView
    slos: list[SloView]
    alerts: list[AlertView]


def view_metrics(
    report: Report, slos: tuple[SloStatus, ...], silenced: dict[str, str], waiting: int
) -> MetricsView:
    """Put a report and the state of the objectives into the API's shape."""
    total = report.total
    return MetricsView(
        **_settled(total),
        date=_day(report.days[-1]),
        first_day=_day(report.days[0]),
        last_day=_day(report.days[-1]),
        slo_met=SloMetView(
            tte_under_60s=total.tte.p95 <= _TTE_SLO_MS,
            success_rate_above_99=total.success_rate_percent >= _SUCCESS_SLO_PERCENT,
        ),
        agents={name: SettledView(**_settled(one)) for name, one in report.agents.items()},
        stages_ms=_percentiles(report.stages),
        failures=dict(report.failures),
        generators=dict(report.generators),
        ci=_counted(report.ci),
        merges=_counted(report.merges),
        rollbacks=RollbacksView(
            by_status=dict(report.rollbacks.by_status), trb_ms=_percentiles(report.rollbacks.trb_ms)
        ),
        waiting=WaitingView(now=waiting, waited_ms=_counted_percentiles(report.waited)),
        slos=[_slo(one) for one in slos],
        alerts=[_alert(alert, silenced) for one in slos for alert in one.alerts],
    )


def _settled(settled: Settled) -> dict[str, Any]:
    tte = settled.tte
    return {
        "total_tasks": settled.total,
        "success_count": settled.success,
        "failure_count": settled.failure,
        "declined_count": settled.declined,
        "success_rate_percent": settled.success_rate_percent,
        "tte_ms": PercentilesView(p50=tte.p50, p95=tte.p95, p99=tte.p99),
    }


def _percentiles(named: Mapping[str, Percentiles]) -> dict[str, CountedPercentilesView]:
    return {name: _counted_percentiles(one) for name, one in named.items()}


def _counted_percentiles(one: Percentiles) -> CountedPercentilesView:
    return CountedPercentilesView(count=one.count, p50=one.p50, p95=one.p95, p99=one.p99)


def _counted(counted: Counted) -> CountedView:
    return CountedView(good=counted.good, bad=counted.bad)


def _slo(status: SloStatus) -> SloView:
    slo = status.slo
    return SloView(
        name=slo.name,
        title=slo.title,
        description=slo.description,
        period=slo.period,
        state=status.state,
        target=float(slo.target),
        limit_ms=slo.limit_ms,
        good=status.counted.good,
        bad=status.counted.bad,
        value=status.value,
        budget_left=status.budget_left,
        burn_rate=status.burn_rate,
    )


def _alert(alert: Alert, silenced: dict[str, str]) -> AlertView:
    return AlertView(
        name=alert.name,
        state=alert.state,
        since=alert.since,
        summary=alert.summary or None,
        silenced=silenced.get(alert.name),
    )


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"
