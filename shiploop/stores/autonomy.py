"""How far agents may go: what people have set while running, and what each kind has earned."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import cast

from redis import Redis

from shiploop.domain.delivery.autonomy import Harm, Levels, Standing, kind_name
from shiploop.domain.delivery.change import Level
from shiploop.domain.timestamps import from_iso, iso_ms
from shiploop.stores import keys
from shiploop.stores.scripts import load_script

_SWITCH, _GOOD, _HARMS, _HARM, _HARMED_AT = "switch", "good", "harms", "harm", "harmed_at"
_OF_KIND = (_GOOD, _HARMS, _HARM, _HARMED_AT)


class Said(StrEnum):
    """What became of a word on what was shipped."""

    COUNTED = "counted"
    KNOWN = "known"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Autonomy:
    """How everything stands: what was switched by agent, and each (agent, kind) of answer."""

    switched: Mapping[str, Level]
    standings: Mapping[tuple[str, str], Standing]


class AutonomyStore:
    """Reads and switches levels, and takes what people say of what was shipped."""

    def __init__(self, redis: Redis, levels: Levels) -> None:
        """`levels` are those of the settings, which a switch overrules."""
        self._redis = redis
        self._levels = levels
        self._say = redis.register_script(load_script("say"))

    def of(self, agent: str, kind: str) -> tuple[Level, Standing]:
        """How far the agent may go, and what this kind of its answers has earned."""
        name = standing_name(agent, kind)
        fields = [f"{_SWITCH}|{agent}", *(f"{each}|{name}" for each in _OF_KIND)]
        told = cast(list[str | None], self._redis.hmget(keys.AUTONOMY, fields))
        switched, *of_kind = told
        ceiling = Level(switched) if switched else self._levels.of(agent)
        return ceiling, _standing(dict(zip(_OF_KIND, of_kind, strict=True)))

    def read(self) -> Autonomy:
        """Everything that was ever switched or counted."""
        stored = cast(dict[str, str], self._redis.hgetall(keys.AUTONOMY))
        switched, kinds = {}, dict[tuple[str, str], dict[str, str | None]]()
        for field, value in stored.items():
            what, agent, *kind = field.split("|")
            if what == _SWITCH:
                switched[agent] = Level(value)
            else:
                kinds.setdefault((agent, "".join(kind)), {})[what] = value
        standings = {name: _standing(fields) for name, fields in sorted(kinds.items())}
        return Autonomy(switched, standings)

    def ceiling(self, agent: str, autonomy: Autonomy) -> Level:
        """How far an agent may go, by what was read."""
        return autonomy.switched.get(agent, self._levels.of(agent))

    def switch(self, agent: str, level: Level | None) -> None:
        """Let an agent go so far, for all runners at once; None leaves it to the settings again."""
        field = f"{_SWITCH}|{agent}"
        if level is None:
            self._redis.hdel(keys.AUTONOMY, field)
        else:
            self._redis.hset(keys.AUTONOMY, field, str(level))

    def forgive(self, agent: str) -> None:
        """Give all kinds of an agent's answers back what harm has taken: it was none of theirs."""
        stored = cast(list[str], self._redis.hkeys(keys.AUTONOMY))
        of_agent = (field.split("|") for field in stored if field.split("|")[1] == agent)
        harms = ["|".join(parts) for parts in of_agent if parts[0] in (_HARMS, _HARM, _HARMED_AT)]
        if harms:
            self._redis.hdel(keys.AUTONOMY, *harms)

    def say_right(self, task_id: str, note: str, now: datetime) -> Said:
        """Note that what was shipped for a task is right."""
        return self._said(task_id, "", note, now)

    def say_wrong(self, task_id: str, harm: Harm, note: str, now: datetime) -> Said:
        """Note that what was shipped for a task did harm: its kind loses its level."""
        return self._said(task_id, harm, note, now)

    def newest_shipped(self, since: datetime, count: int) -> dict[str, str]:
        """The newest that were shipped and not said to be wrong: their pull requests, by task."""
        shipped = cast(
            list[str],
            self._redis.zrange(
                keys.SHIPPED,
                "+inf",
                since.timestamp(),
                desc=True,
                byscore=True,
                offset=0,
                num=count,
            ),
        )
        with self._redis.pipeline(transaction=False) as pipe:
            for task_id in shipped:
                pipe.hmget(keys.shipped(task_id), ["pull_id", "wrong"])
            told = cast(list[list[str | None]], pipe.execute())
        found = zip(shipped, told, strict=True)
        return {task_id: pull_id for task_id, (pull_id, wrong) in found if pull_id and not wrong}

    def _said(self, task_id: str, harm: str, note: str, now: datetime) -> Said:
        names = [keys.AUTONOMY, keys.shipped(task_id), keys.task(task_id)]
        arguments: list[str | int] = [harm, iso_ms(now), note, keys.SHIPPED_TTL_S]
        return Said(cast(str, self._say(keys=names, args=arguments)))


def standing_name(agent: str, kind: str) -> str:
    """Which kind of answer of which agent something is counted for."""
    return f"{agent}|{kind_name(kind)}"


def _standing(fields: Mapping[str, str | None]) -> Standing:
    harm, harmed_at = fields.get(_HARM), fields.get(_HARMED_AT)
    return Standing(
        good=int(fields.get(_GOOD) or 0),
        harms=int(fields.get(_HARMS) or 0),
        harm=Harm(harm) if harm else None,
        harmed_at=from_iso(harmed_at) if harmed_at else None,
    )
