"""Incidents that are open: people are told once of each, however often it is seen."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from redis import Redis

from shiploop.domain.timestamps import iso_ms
from shiploop.stores import keys
from shiploop.stores.scripts import load_script


@dataclass(frozen=True, slots=True)
class OpenIncident:
    """An incident that is open, and where it is written down, once it is."""

    key: str
    issue_url: str | None


class Incidents:
    """Reads and writes open incidents, by what they are about."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._close = redis.register_script(load_script("close_incident"))

    def open(self, subject: str, key: str, now: datetime) -> OpenIncident:
        """Open the incident about a subject, or find the one that is open: its key stands."""
        name = keys.incident(subject)
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.hsetnx(name, "key", key)
            pipe.hsetnx(name, "since", iso_ms(now))
            pipe.expire(name, keys.INCIDENT_TTL_S)
            pipe.hgetall(name)
            fields = cast(dict[str, str], pipe.execute()[-1])
        return OpenIncident(fields["key"], fields.get("issue_url"))

    def note_issue(self, subject: str, url: str) -> None:
        """Remember where the incident is written down."""
        self._redis.hset(keys.incident(subject), "issue_url", url)

    def close(self, subject: str) -> dict[str, str] | None:
        """End the incident about a subject; what was known of it, None when none was open."""
        found = cast(list[str], self._close(keys=[keys.incident(subject)], args=[]))
        return dict(zip(found[::2], found[1::2], strict=True)) or None
