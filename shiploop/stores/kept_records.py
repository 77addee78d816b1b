"""What sweeps remember of everything that agents keep true: a hash for each agent."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

from redis import Redis

from shiploop.domain.delivery.change import Source
from shiploop.domain.timestamps import from_iso, iso_ms
from shiploop.domain.upkeep.kept import Standing
from shiploop.domain.upkeep.kept_record import Birth, KeptRecord
from shiploop.stores import keys

_LONGEST_SWEEP_S = 300  # one takes seconds: whoever has begun it has died by then
_MOMENTS = ("seen_at", "checked_at", "merged_at", "asked_at")


class KeptRecords:
    """Reads and writes the records."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def read(self, agent: str) -> dict[str, KeptRecord]:
        """All records of an agent by their keys; one that nobody can read is none."""
        stored = cast(dict[str, str], self._redis.hgetall(keys.kept(agent)))
        found = {key: _read(text) for key, text in stored.items()}
        return {key: record for key, record in found.items() if record is not None}

    def replace(self, agent: str, records: Iterable[KeptRecord]) -> None:
        """Keep these records of an agent, and no others."""
        written = {record.key: _write(record) for record in records}
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.delete(keys.kept(agent))
            if written:
                pipe.hset(keys.kept(agent), mapping=cast(Mapping[Any, Any], written))
            pipe.execute()

    def begin_sweep(self, agent: str, run_id: str) -> bool:
        """True for the one run that is to sweep now: two would not know what the other asks."""
        turn = keys.sweeping(agent)
        if self._redis.set(turn, run_id, nx=True, ex=_LONGEST_SWEEP_S):
            return True
        return self._redis.get(turn) == run_id  # it is tried again, or taken over

    def end_sweep(self, agent: str) -> None:
        """Let the next one sweep."""
        self._redis.delete(keys.sweeping(agent))

    def births(self, task_ids: Iterable[str]) -> dict[str, Birth]:
        """What tasks have noted of what they have shipped, as long as there are records of them."""
        wanted = tuple(task_ids)
        with self._redis.pipeline(transaction=False) as pipe:
            for task_id in wanted:
                pipe.hmget(keys.task(task_id), "made_of", "merged_at")
            told = cast(list[list[str | None]], pipe.execute())
        return {
            task_id: Birth(made_of or "", from_iso(merged_at) if merged_at else None)
            for task_id, (made_of, merged_at) in zip(wanted, told, strict=True)
        }


def _write(record: KeptRecord) -> str:
    fields = asdict(record)
    for name in _MOMENTS:
        fields[name] = None if fields[name] is None else iso_ms(fields[name])
    return json.dumps(fields, ensure_ascii=False)


def _read(text: str) -> KeptRecord | None:
    try:
        fields = json.loads(text)
        moments = {name: _moment(fields[name]) for name in _MOMENTS}
        sources = tuple(Source(**one) for one in fields["sources"])
        known = {**fields, **moments, "sources": sources, "standing": Standing(fields["standing"])}
        return KeptRecord(**known)
    except (KeyError, TypeError, ValueError):
        return None  # another version's: it is seen anew


def _moment(text: str | None) -> datetime | None:
    return None if text is None else from_iso(text)
