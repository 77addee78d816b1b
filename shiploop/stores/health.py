"""How production is: looks that everybody shares, the states that came of them, the verdicts."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast

from redis import Redis

from shiploop.domain.production.health_verdict import HealthState
from shiploop.domain.production.judgement import (
    Judgement,
    PastState,
    read_judgement,
    write_judgement,
)
from shiploop.domain.production.probe import Sample, read_sample, write_sample
from shiploop.domain.timestamps import from_iso, iso_ms
from shiploop.stores import keys

_KEPT_SAMPLES = 2000
_KEPT_STATES = 2000
_CLOCKS_APART_MS = 5000
# Deciding asks GitHub a few questions. Who dies of it is waited for so long, and no longer;
# who only takes longer has still claimed in one script.
_DECIDING_LEASE_S = 10.0
_DECIDING_WAIT_S = 90.0


class ProductionHealth:
    """Keeps what was seen of production."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._were_well: set[str] = set()

    def note_well(self, probe: str) -> None:
        """Remember that a probe has passed: from now on what it looks at has to be there."""
        if probe not in self._were_well:
            self._redis.sadd(keys.PROBES_EVER_WELL, probe)
            self._were_well.add(probe)

    def was_ever_well(self, probe: str) -> bool:
        """Whether it has ever done so."""
        return probe in self._were_well or bool(self._redis.sismember(keys.PROBES_EVER_WELL, probe))

    def take_turn(self, interval_s: float) -> bool:
        """True for the one who shall look now, however many wait for the next look."""
        ttl_ms = max(1, round(interval_s * 1000))
        return bool(self._redis.set(keys.HEALTH_TURN, "taken", nx=True, px=ttl_ms))

    def record_sample(self, taken: Sample) -> None:
        """Keep one look at production, for all who wait for a verdict."""
        fields: dict[Any, Any] = {"round": write_sample(taken)}
        self._redis.xadd(keys.HEALTH_SAMPLES, fields, maxlen=_KEPT_SAMPLES, approximate=True)

    def samples_since(self, since: datetime) -> tuple[Sample, ...]:
        """The looks that began at `since` or later, oldest first."""
        # An entry's id is when a look was recorded, which is after it began, by Redis' clock.
        first = str(int(since.timestamp() * 1000) - _CLOCKS_APART_MS)
        entries = cast(list[Any], self._redis.xrange(keys.HEALTH_SAMPLES, min=first))
        samples = (read_sample(fields["round"]) for _, fields in entries)
        return tuple(one for one in samples if one.at >= since)

    def record_state(self, past: PastState) -> None:
        """Keep how production is; a later merge is judged against it."""
        fields: dict[Any, Any] = {"at": iso_ms(past.at), "state": str(past.state)}
        if past.live_sha is not None:
            fields["live_sha"] = past.live_sha
        self._redis.xadd(keys.HEALTH_STATES, fields, maxlen=_KEPT_STATES, approximate=True)

    def newest_state(self) -> PastState | None:
        """How production was when it was last judged."""
        entries = cast(list[Any], self._redis.xrevrange(keys.HEALTH_STATES, count=1))
        return _past_state(entries[0][1]) if entries else None

    def state_before(self, at: datetime, live_sha: str | None) -> HealthState | None:
        """How production was before `live_sha` was live, at `at`; None when nobody knows."""
        entries = cast(list[Any], self._redis.xrevrange(keys.HEALTH_STATES, count=_KEPT_STATES))
        for past in (_past_state(fields) for _, fields in entries):
            conclusive = past.state is not HealthState.INCONCLUSIVE
            if past.at < at and past.live_sha != live_sha and conclusive:
                return past.state
        return None

    def healthy_sha(self) -> str | None:
        """The newest commit with which production was seen to be healthy."""
        return cast(str | None, self._redis.get(keys.HEALTHY_SHA))

    def note_healthy(self, sha: str) -> None:
        """Production is healthy with this commit: what it contains is beyond suspicion."""
        self._redis.set(keys.HEALTHY_SHA, sha)

    def begin_with(self, sha: str) -> None:
        """Where nothing was ever judged, suspicion begins after this commit."""
        self._redis.set(keys.HEALTHY_SHA, sha, nx=True)

    def judgement(self, live_sha: str) -> Judgement | None:
        """The judgement of a deploy, None when there is none yet."""
        found = cast(str | None, self._redis.hget(keys.verdict(live_sha), "judgement"))
        return read_judgement(found) if found is not None else None

    def record_judgement(self, judgement: Judgement, now: datetime) -> None:
        """Keep the judgement of a deploy."""
        key = keys.verdict(judgement.live_sha)
        with self._redis.pipeline(transaction=True) as pipe:
            fields = {"judgement": write_judgement(judgement), "judged_at": iso_ms(now)}
            pipe.hset(key, mapping=cast(Any, fields))
            pipe.expire(key, keys.VERDICT_TTL_S)
            pipe.execute()

    @contextmanager
    def deciding(self) -> Iterator[None]:
        """One decision at a time: two that are made at once could blame each other's merges."""
        lock = self._redis.lock(
            keys.HEALTH_DECISION, timeout=_DECIDING_LEASE_S, blocking_timeout=_DECIDING_WAIT_S
        )
        with lock:
            yield


def _past_state(fields: dict[str, str]) -> PastState:
    return PastState(from_iso(fields["at"]), HealthState(fields["state"]), fields.get("live_sha"))
