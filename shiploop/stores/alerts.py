"""Where each alert stands, which of them nobody wants to hear of, and which reviews are written."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import cast

from redis import Redis

from shiploop.domain.objectives.alerts import Alert, AlertKind, AlertState
from shiploop.domain.objectives.slo import Period
from shiploop.domain.timestamps import from_iso, iso_ms
from shiploop.stores import keys

_REVIEW_LEASE_S = 60  # writing takes a second: whoever has begun it has died by then


class Alerts:
    """Reads and writes alerts."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def read(self, named: Mapping[str, AlertKind]) -> dict[str, Alert]:
        """Where alerts stand, by name; OK where nothing was ever wrong."""
        with self._redis.pipeline(transaction=False) as pipe:
            for name in named:
                pipe.hgetall(keys.alert(name))
            told = cast(list[dict[str, str]], pipe.execute())
        return {
            name: _alert(name, kind, fields)
            for (name, kind), fields in zip(named.items(), told, strict=True)
        }

    def write(self, alert: Alert) -> None:
        """Keep where an alert stands."""
        moments = {"since": alert.since, "seen_at": alert.seen_at}
        self._redis.hset(
            keys.alert(alert.name),
            mapping={
                "state": str(alert.state),
                "summary": alert.summary,
                "told": str(alert.told),
                **{name: iso_ms(at) for name, at in moments.items() if at is not None},
            },
        )

    def silence(self, name: str, reason: str, for_s: int) -> None:
        """Tell nobody of an alert for a while; its state moves on all the same."""
        self._redis.set(keys.silence(name), reason, ex=for_s)

    def end_silence(self, name: str) -> bool:
        """Tell people again; False when the alert was not silenced."""
        return bool(self._redis.delete(keys.silence(name)))

    def silences(self, names: Sequence[str]) -> dict[str, str]:
        """Why nobody is told of an alert for now, by the names of those that are silenced."""
        told = cast(list[str | None], self._redis.mget([keys.silence(name) for name in names]))
        return {name: why for name, why in zip(names, told, strict=True) if why is not None}

    def begin_review(self, period: Period, first_day: date) -> bool:
        """True for the one who is to write the review of this period now."""
        review = keys.review(period, first_day)
        return bool(self._redis.set(review, "begun", nx=True, ex=_REVIEW_LEASE_S))

    def note_review(self, period: Period, first_day: date) -> None:
        """Note that the review of this period was written."""
        self._redis.set(keys.review(period, first_day), "1", ex=keys.REVIEW_TTL_S)


def _alert(name: str, kind: AlertKind, fields: Mapping[str, str]) -> Alert:
    return Alert(
        name=name,
        kind=kind,
        state=AlertState(fields.get("state", AlertState.OK)),
        since=_moment(fields, "since"),
        seen_at=_moment(fields, "seen_at"),
        summary=fields.get("summary", ""),
        told=AlertState(fields.get("told", AlertState.OK)),
    )


def _moment(fields: Mapping[str, str], name: str) -> datetime | None:
    return from_iso(fields[name]) if name in fields else None
