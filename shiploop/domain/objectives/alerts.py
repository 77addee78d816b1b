"""Alerts: a state machine that tells people of each change once."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

# An incident that comes and goes by the minute is one incident.
RESOLVED_AFTER = timedelta(minutes=5)


class AlertState(StrEnum):
    """Where an alert stands. PENDING: seen, and not yet for long enough to tell anybody."""

    OK = "ok"
    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"


class AlertKind(StrEnum):
    """What an alert is about: the budget goes too fast, or the RFC's threshold is crossed."""

    BURN_RATE = "burn-rate"
    THRESHOLD = "threshold"

    @property
    def pending_for(self) -> timedelta:
        """How long it has to be seen; a burn rate has looked at two windows already."""
        return timedelta(0) if self is AlertKind.BURN_RATE else timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert: since when it is in its state, when it was last seen true, what it says.

    `told` is the last state that people were told of.
    """

    name: str
    kind: AlertKind
    state: AlertState = AlertState.OK
    since: datetime | None = None
    seen_at: datetime | None = None
    summary: str = ""
    told: AlertState = AlertState.OK


def advance(alert: Alert, summary: str | None, now: datetime) -> Alert:
    """The alert after a look at `now`; `summary` says what is wrong, None when nothing is."""
    if summary is not None:
        return _seen(replace(alert, summary=summary, seen_at=now), now)
    return _not_seen(alert, now)


def _seen(alert: Alert, now: datetime) -> Alert:
    if alert.state is AlertState.FIRING:
        return alert
    if alert.state is not AlertState.PENDING:
        alert = replace(alert, state=AlertState.PENDING, since=now)
    if alert.since is not None and now - alert.since >= alert.kind.pending_for:
        return replace(alert, state=AlertState.FIRING, since=now)
    return alert


def _not_seen(alert: Alert, now: datetime) -> Alert:
    if alert.state is AlertState.PENDING:
        return replace(alert, state=AlertState.OK, since=now)
    if alert.state is not AlertState.FIRING:
        return alert
    if alert.seen_at is not None and now - alert.seen_at < RESOLVED_AFTER:
        return alert
    return replace(alert, state=AlertState.RESOLVED, since=now)


def news(alert: Alert, silenced: bool) -> AlertState | None:
    """What people have to be told now, None when they know.

    What began while the alert was silenced is told once the silence has ended; what had
    ended by then is not.
    """
    if silenced or alert.told is alert.state:
        return None
    if alert.state is AlertState.FIRING:
        return AlertState.FIRING
    if alert.state is AlertState.RESOLVED and alert.told is AlertState.FIRING:
        return AlertState.RESOLVED
    return None
