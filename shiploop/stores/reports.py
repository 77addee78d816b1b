"""Puts the numbers together for those who read them: the API, the dashboard, the reviews."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import assert_never

from shiploop.domain.objectives.alerts import Alert, AlertKind
from shiploop.domain.objectives.report import Percentiles, Report, Settled, SloStatus
from shiploop.domain.objectives.slo import (
    Burn,
    Counted,
    Indicator,
    Slo,
    SloState,
    budget_left,
    burn_windows,
    days_of,
    fastest_burn,
    slo_state,
)
from shiploop.stores.alerts import Alerts
from shiploop.stores.metrics import STAGES, Metrics
from shiploop.stores.rollback_metrics import RollbackMetrics
from shiploop.stores.slo_events import SloEvents


class Reports:
    """Puts together what the stores have counted."""

    def __init__(
        self,
        metrics: Metrics,
        events: SloEvents,
        rollbacks: RollbackMetrics,
        alerts: Alerts,
        slos: Sequence[Slo],
        agents: Sequence[str],
    ) -> None:
        """`agents` are the names of those whose numbers are told one by one."""
        self._metrics = metrics
        self._events = events
        self._rollbacks = rollbacks
        self._alerts = alerts
        self.slos = tuple(slos)
        self.agents = tuple(agents)

    def report(self, days: Sequence[date]) -> Report:
        """The numbers of these days."""
        counts = self._metrics.counts(days)
        success, failure = self._metrics.settled(days)
        declined = counts.get("status:declined", 0)
        names = [
            "tte",
            "waited",
            *(f"tte:{agent}" for agent in self.agents),
            *map(_of_stage, STAGES),
        ]
        took = self._metrics.percentiles_of(names, days)
        return Report(
            days=tuple(days),
            total=Settled(success, failure, declined, took["tte"]),
            agents={agent: _settled(agent, counts, took[f"tte:{agent}"]) for agent in self.agents},
            stages={stage: took[_of_stage(stage)] for stage in STAGES},
            failures=_beginning("failure:", counts),
            generators=_beginning("generator:", counts),
            ci=_slo_counts("ci-pass-rate", counts),
            merges=_slo_counts("auto-merge-rate", counts),
            rollbacks=self._rollbacks.read(days),
            waited=took["waited"],
        )

    def slo_statuses(
        self, now: datetime, days: Sequence[date] | None = None
    ) -> tuple[SloStatus, ...]:
        """How all objectives stand: over their own periods, or over these days."""
        burns = self._burns(now)
        alerts = self._alerts.read(
            {alert_name(slo, kind): kind for slo in self.slos for kind in AlertKind}
        )
        return tuple(
            self._status(slo, days or days_of(slo, now), burns[slo.name], alerts, now)
            for slo in self.slos
        )

    def silences(self) -> dict[str, str]:
        """Why people are not told of which alerts for now."""
        return self._alerts.silences(alert_names(self.slos))

    def budget_by_hour(self, slo: Slo, now: datetime) -> list[tuple[datetime, float]]:
        """The share of the period's budget left after each hour with events, oldest first."""
        spent, found = Counted(0, 0), []
        for hour, counted in self._by_hour(slo, now):
            spent += counted
            left = budget_left(slo, spent)
            if left is not None:
                found.append((hour, left))
        return found

    def _status(
        self,
        slo: Slo,
        days: Sequence[date],
        burns: Sequence[Burn],
        alerts: Mapping[str, Alert],
        now: datetime,
    ) -> SloStatus:
        counted, against_alert = self._counted(slo, days, now)
        state = slo_state(slo, counted, against_alert)
        too_few = state in (SloState.NO_DATA, SloState.TOO_FEW)
        return SloStatus(
            slo=slo,
            state=state,
            counted=counted,
            value=None if too_few else self._value(slo, counted, days),
            budget_left=budget_left(slo, counted),
            burn_rate=fastest_burn(slo, burns),
            burns=tuple(burns),
            alerts=tuple(alerts[alert_name(slo, kind)] for kind in AlertKind),
        )

    def _counted(self, slo: Slo, days: Sequence[date], now: datetime) -> tuple[Counted, Counted]:
        """The events of the period, and the same against the alert's limit."""
        match slo.indicator:
            case Indicator.TTE:
                limit_ms = slo.limit_ms or 0
                limits_ms = [limit_ms, slo.alert_limit_ms or limit_ms]
                counted, against_alert = self._metrics.within("tte", limits_ms, days)
                return counted, against_alert
            case Indicator.RUNNER:
                minutes = self._metrics.runner_minutes(_midnight(days[0]), now)
                return minutes, minutes
            case Indicator.SUCCESS | Indicator.CI | Indicator.MERGE:
                counted = _slo_counts(slo.name, self._metrics.counts(days))
                return counted, counted
            case _ as never:
                assert_never(never)

    def _value(self, slo: Slo, counted: Counted, days: Sequence[date]) -> float:
        if slo.limit_ms is not None:
            return float(self._metrics.percentile("tte", days, slo.target))
        return float(counted.good_share or 0)

    def _burns(self, now: datetime) -> dict[str, list[Burn]]:
        """What each objective's pairs of windows have counted, by its name."""
        by_slo = {slo.name: burn_windows(slo.period) for slo in self.slos}
        spans = {
            slo: [span for window in windows for span in (window.long, window.short)]
            for slo, windows in by_slo.items()
        }
        counted = self._lately(spans, now)
        return {
            slo: [
                Burn(window, long, short)
                for window, long, short in zip(
                    windows, counted[slo][::2], counted[slo][1::2], strict=True
                )
            ]
            for slo, windows in by_slo.items()
        }

    def _lately(
        self, spans: Mapping[str, Sequence[timedelta]], now: datetime
    ) -> dict[str, list[Counted]]:
        runner = {slo.name for slo in self.slos if slo.indicator is Indicator.RUNNER}
        minutes = {
            slo: [span // timedelta(minutes=1) for span in wanted]
            for slo, wanted in spans.items()
            if slo not in runner
        }
        found = self._events.lately(minutes, now)
        for slo in runner:
            found[slo] = self._metrics.runner_minutes_of([(now - span, now) for span in spans[slo]])
        return found

    def _by_hour(self, slo: Slo, now: datetime) -> list[tuple[datetime, Counted]]:
        days = days_of(slo, now)
        if slo.indicator is not Indicator.RUNNER:
            return self._events.by_hour(slo.name, days)
        first, hour = _midnight(days[0]), timedelta(hours=1)
        starts = [first + number * hour for number in range((now - first) // hour + 1)]
        minutes = self._metrics.runner_minutes_of(
            [(start, min(start + hour, now)) for start in starts]
        )
        return [one for one in zip(starts, minutes, strict=True) if one[1].total]


def alert_name(slo: Slo, kind: AlertKind) -> str:
    """The name of one of an objective's alerts: what is silenced, and what the runbook lists."""
    return f"{slo.name}-{kind}"


def alert_names(slos: Iterable[Slo]) -> list[str]:
    """The names of all alerts of these objectives."""
    return [alert_name(slo, kind) for slo in slos for kind in AlertKind]


def _settled(agent: str, counts: Mapping[str, int], tte: Percentiles) -> Settled:
    done, error, declined = (
        counts.get(f"agent:{agent}:{status}", 0) for status in ("done", "error", "declined")
    )
    return Settled(done, error, declined, tte)


def _of_stage(stage: str) -> str:
    return f"stage:{stage}"


def _slo_counts(slo: str, counts: Mapping[str, int]) -> Counted:
    return Counted(counts.get(f"slo:{slo}:good", 0), counts.get(f"slo:{slo}:bad", 0))


def _beginning(prefix: str, counts: Mapping[str, int]) -> dict[str, int]:
    # One that was taken back again leaves a nought.
    return {
        name.removeprefix(prefix): count
        for name, count in sorted(counts.items())
        if name.startswith(prefix) and count
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
