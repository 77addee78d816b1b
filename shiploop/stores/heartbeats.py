"""Signs of life of the runners, in the format that the RFC's checker reads (4.2.2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from redis import Redis

from shiploop.stores import keys

ALIVE_FOR_S = 15.0  # three missed beats of 5 s
_SCAN = 1000  # keys at a time, among those of all tasks


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The last sign of life of one runner: how many tasks it works on, and what memory it holds.

    `resident_bytes` is None for a runner of a version that did not say so.
    """

    runner_id: str
    at: datetime
    state: str
    running: int
    resident_bytes: int | None = None

    def alive(self, now: datetime) -> bool:
        """False once it has been silent for too long."""
        return now - self.at <= timedelta(seconds=ALIVE_FOR_S)


class Heartbeats:
    """Writes and reads heartbeats."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def beat(
        self,
        runner_id: str,
        now: datetime,
        state: str,
        running: int,
        resident_bytes: int | None = None,
    ) -> None:
        """Say that this runner lives. `state` is `ready` or `stopping`."""
        told: dict[Any, Any] = {
            "last_heartbeat": now.timestamp(),
            "state": state,
            "running": running,
        }
        if resident_bytes is not None:
            told["resident_bytes"] = resident_bytes
        pipe = self._redis.pipeline(transaction=True)
        pipe.hset(keys.heartbeat(runner_id), mapping=told)
        pipe.expire(keys.heartbeat(runner_id), keys.HEARTBEAT_TTL_S)
        pipe.execute()

    def clear(self, runner_id: str) -> None:
        """Take the heartbeat of a runner away that stops on purpose."""
        self._redis.delete(keys.heartbeat(runner_id))

    def living(self, now: datetime) -> tuple[str, ...]:
        """The ids of the runners that were alive a moment ago."""
        oldest_s = now.timestamp() - ALIVE_FOR_S
        return tuple(runner_id for runner_id, last_s in self._beats() if last_s >= oldest_s)

    def silent(self, now: datetime) -> tuple[str, ...]:
        """The ids of the runners that have stopped without taking their leave, of late."""
        oldest_s = now.timestamp() - ALIVE_FOR_S
        return tuple(runner_id for runner_id, last_s in self._beats() if last_s < oldest_s)

    def newest(self) -> datetime | None:
        """The last sign of life of any runner, None when nothing is known of any."""
        last_s = max((last_s for _, last_s in self._beats()), default=None)
        return None if last_s is None else datetime.fromtimestamp(last_s, UTC)

    def all(self) -> tuple[Heartbeat, ...]:
        """Every runner that has shown a sign of life of late, by its id."""
        return tuple(sorted(self._read_all(), key=lambda beat: beat.runner_id))

    def _beats(self) -> Iterator[tuple[str, float]]:
        for key in self._keys():
            last = cast(str | None, self._redis.hget(key, "last_heartbeat"))
            if last is not None:
                yield key.removeprefix(keys.heartbeat("")), float(last)

    def _read_all(self) -> Iterator[Heartbeat]:
        for key in self._keys():
            fields = cast(dict[str, str], cast(Any, self._redis.hgetall(key)))
            if "last_heartbeat" in fields:
                held = fields.get("resident_bytes")
                yield Heartbeat(
                    runner_id=key.removeprefix(keys.heartbeat("")),
                    at=datetime.fromtimestamp(float(fields["last_heartbeat"]), UTC),
                    state=fields.get("state", "unknown"),
                    running=int(fields.get("running", 0)),
                    resident_bytes=None if held is None else int(held),
                )

    def _keys(self) -> Iterator[str]:
        return map(str, self._redis.scan_iter(match=keys.heartbeat("*"), count=_SCAN))
