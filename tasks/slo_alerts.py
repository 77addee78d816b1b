"""Looks at every objective, moves its alerts on, and tells people what is new to them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import prefect

from shiploop.bootstrap import services
from shiploop.domain.objectives.alerts import Alert, AlertState, advance, news
from shiploop.domain.objectives.report import SloStatus
from shiploop.domain.objectives.slack_messages import alert_told, what_is_wrong
from shiploop.domain.objectives.slo import Slo
from shiploop.domain.timestamps import iso_ms
from tasks.shared.durability import RETRIED


@prefect.task(name="watch-objectives", **RETRIED)
def watch_objectives() -> list[str]:
    """Judge all objectives now; returns the names of the alerts that fire."""
    now = datetime.now(UTC)
    moved = advance_alerts(services().reports.slo_statuses(now), now)
    return [alert.name for alert in moved if alert.state is AlertState.FIRING]


def advance_alerts(statuses: Sequence[SloStatus], now: datetime) -> list[Alert]:
    """Move the alerts on to `now`, and tell people of those that begin or are over."""
    silences = services().reports.silences()
    moved = []
    for status in statuses:
        for alert in status.alerts:
            after = advance(alert, what_is_wrong(status, alert.kind), now)
            moved.append(_told(after, status.slo, silenced=alert.name in silences))
    for alert in moved:
        services().alerts.write(alert)
    return moved


def _told(alert: Alert, slo: Slo, *, silenced: bool) -> Alert:
    state = news(alert, silenced)
    if state is None or alert.since is None:
        return alert
    # Said again under the same id, by a run that died before it was noted, it is said once.
    notice_id = f"alert-{alert.name}-{state}-{iso_ms(alert.since)}"
    services().notices.post(notice_id, alert_told(alert, slo, state))
    return replace(alert, told=state)
