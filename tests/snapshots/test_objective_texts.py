"""What Slack and Prefect are told of the objectives: alerts, and the reviews of days and weeks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

import pytest

from shiploop.domain.objectives import slack_messages as messages
from shiploop.domain.objectives.alerts import Alert, AlertKind, AlertState
from shiploop.domain.objectives.report import (
    Percentiles,
    Report,
    RollbackNumbers,
    Settled,
    SloStatus,
)
from shiploop.domain.objectives.slo import (
    Burn,
    Counted,
    Period,
    Slo,
    SloState,
    budget_left,
    burn_windows,
    slo_state,
)
from shiploop.settings import Settings
from shiploop.slo_file import read_objectives
from tests.snapshots.conftest import ReadsAs

SLOS: Final = {slo.name: slo for slo in read_objectives(Settings(_env_file=None).slo_file)}
DAY: Final = date(2026, 11, 25)
WEEK: Final = tuple(date(2026, 11, 16) + timedelta(days=each) for each in range(7))
NONE: Final = Counted(0, 0)


def status(name: str, counted: Counted, value: float | None, alerting: Counted = NONE) -> SloStatus:
    """How an objective stands; `alerting` is counted against the limit of its alert."""
    slo = SLOS[name]
    state = slo_state(slo, counted, alerting if alerting.total else counted)
    told = state not in (SloState.NO_DATA, SloState.TOO_FEW)
    return SloStatus(
        slo=slo,
        state=state,
        counted=counted,
        value=value if told else None,
        budget_left=budget_left(slo, counted) if told else None,
        burn_rate=None,
        burns=(),
        alerts=(),
    )


def firing(status: SloStatus, kind: AlertKind) -> str:
    """What is said when an alert of an objective begins."""
    alert = Alert(f"{status.slo.name}-{kind}", kind, AlertState.FIRING)
    wrong = messages.what_is_wrong(status, kind)
    assert wrong is not None
    return messages.alert_told(replace(alert, summary=wrong), status.slo, AlertState.FIRING)


def burning() -> str:
    """What is said when the budget of the success rate is spent too fast."""
    slow, *_ = burn_windows(Period.DAY)
    burn = Burn(slow, Counted(17, 7), Counted(5, 5))
    return firing(replace(status("success-rate", NONE, None), burns=(burn,)), AlertKind.BURN_RATE)


def resolved(slo: Slo) -> str:
    """What is said when an alert is over."""
    alert = Alert(f"{slo.name}-burn-rate", AlertKind.BURN_RATE, AlertState.RESOLVED)
    return messages.alert_told(alert, slo, AlertState.RESOLVED)


def a_report(*days: date, success: int, failure: int, rollbacks: int = 0) -> Report:
    """What became of so many tasks."""
    failures = {"ci_failed": failure - 1, "github": 1} if failure else {}
    merged = success + rollbacks
    return Report(
        days=days,
        total=Settled(success, failure, 6, Percentiles(merged, 23_840, 44_189, 58_072)),
        agents={},
        stages={},
        failures={kind: count for kind, count in failures.items() if count},
        generators={},
        ci=NONE,
        merges=NONE,
        rollbacks=RollbackNumbers({"healthy": rollbacks} if rollbacks else {}, {}),
    )


BAD_DAY: Final = (
    status("tte-p95", Counted(136, 1), 44_189),
    status("tte-p99", Counted(137, 0), 58_072),
    status("success-rate", Counted(137, 5), float(Fraction(137, 142))),
    status("ci-pass-rate", Counted(930, 60), float(Fraction(930, 990))),
    status("auto-merge-rate", Counted(15, 0), None),
    status("runner-availability", NONE, None),
)
GOOD_DAY: Final = (
    status("tte-p95", Counted(24, 0), 44_189),
    status("success-rate", Counted(120, 0), 1.0),
    status("runner-availability", Counted(35_985, 15), float(Fraction(35_985, 36_000))),
)
GOOD_WEEK: Final = (
    status("tte-p95", Counted(905, 0), 44_189),
    status("success-rate", Counted(903, 3), float(Fraction(903, 906))),
)
BAD_REPORT: Final = a_report(DAY, success=137, failure=5, rollbacks=1)
GOOD_REPORT: Final = a_report(DAY, success=120, failure=0)
WEEK_REPORT: Final = a_report(*WEEK, success=903, failure=3, rollbacks=2)
QUIET: Final = replace(GOOD_REPORT, total=Settled(0, 0, 6, Percentiles(0)))


def trend(last: date, *reports: Report) -> dict[date, Report]:
    """These reports for the days up to the last."""
    return {last - timedelta(days=ago): one for ago, one in enumerate(reversed(reports))}


TEXTS: dict[str, Callable[[], str]] = {
    "slack/alert_burn_rate_firing.txt": burning,
    "slack/alert_share_firing.txt": lambda: firing(
        status("ci-pass-rate", Counted(85, 15), 0.85), AlertKind.THRESHOLD
    ),
    "slack/alert_latency_firing.txt": lambda: firing(
        status("tte-p95", Counted(80, 20), 93_400, Counted(94, 6)), AlertKind.THRESHOLD
    ),
    "slack/alert_resolved.txt": lambda: resolved(SLOS["success-rate"]),
    "slack/review_of_a_day.txt": lambda: messages.review_told(Period.DAY, BAD_REPORT, BAD_DAY),
    "slack/review_of_a_day_without_misses.txt": lambda: messages.review_told(
        Period.DAY, GOOD_REPORT, GOOD_DAY
    ),
    "slack/review_of_a_day_without_tasks.txt": lambda: messages.review_told(Period.DAY, QUIET, ()),
    "slack/review_of_a_week.txt": lambda: messages.review_told(Period.WEEK, WEEK_REPORT, GOOD_WEEK),
    "prefect/review_of_a_day.md": lambda: messages.review_markdown(
        Period.DAY, BAD_REPORT, BAD_DAY, trend(DAY, QUIET, GOOD_REPORT, BAD_REPORT)
    ),
    "prefect/review_of_a_week.md": lambda: messages.review_markdown(
        Period.WEEK, WEEK_REPORT, GOOD_WEEK, trend(WEEK[-1], GOOD_REPORT, QUIET)
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_people_are_told_this(name: str, reads_as: ReadsAs) -> None:
    reads_as(name, TEXTS[name]())
