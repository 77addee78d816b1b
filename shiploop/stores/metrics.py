"""Reads the numbers: counters and distributions by day, and when a runner lived."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any, cast

from redis import Redis

from shiploop.domain.delivery.stages import QUEUED
from shiploop.domain.delivery.task import Stage
from shiploop.domain.objectives.report import Percentiles
from shiploop.domain.objectives.slo import Counted
from shiploop.stores import keys
from shiploop.stores.minutes import day_of, days_between, epoch_minute
from shiploop.stores.scripts import load_script

STAGES = (QUEUED, *map(str, Stage))
_P50_P95_P99 = (Fraction(1, 2), Fraction(19, 20), Fraction(99, 100))


class Metrics:
    """Reads the numbers. `settle` writes those of the tasks (see `recording`)."""

    def __init__(self, redis: Redis, retention_days: int) -> None:
        self._redis = redis
        self.retention_s = retention_days * 24 * 3600
        self._percentiles = redis.register_script(load_script("percentiles"))

    def percentiles(self, name: str, days: Sequence[date]) -> Percentiles:
        """The exact percentiles of one distribution over these days."""
        return self.percentiles_of([name], days)[name]

    def percentiles_of(self, names: Sequence[str], days: Sequence[date]) -> dict[str, Percentiles]:
        """The exact percentiles of several distributions over these days."""
        found = self._ranked([[keys.metrics(name, day) for day in days] for name in names])
        return dict(zip(names, found, strict=True))

    def percentiles_by_hour(self, name: str, hours: Sequence[datetime]) -> list[Percentiles]:
        """The exact percentiles of one distribution in each of these hours."""
        return self._ranked([[keys.metrics_hour(name, hour)] for hour in hours])

    def percentile(self, name: str, days: Sequence[date], share: Fraction) -> int:
        """The exact value that `share` of a distribution's values do not exceed; 0 for none."""
        return self._values_at([[keys.metrics(name, day) for day in days]], [share])[0][1]

    def within(self, name: str, limits_ms: Sequence[int], days: Sequence[date]) -> list[Counted]:
        """For each limit, how many values of a distribution are within it, and how many above."""
        names = [keys.metrics(name, day) for day in days]
        with self._redis.pipeline(transaction=False) as pipe:
            for key in names:
                pipe.zcard(key)
            for limit_ms in limits_ms:
                for key in names:
                    pipe.zcount(key, "-inf", limit_ms)
            told = cast(list[int], pipe.execute())
        total, *good = (sum(told[i : i + len(days)]) for i in range(0, len(told), len(days)))
        return [Counted(one, total - one) for one in good]

    def counts(self, days: Sequence[date]) -> dict[str, int]:
        """All counters of these days, added up, by name (see `domain.measurement`)."""
        with self._redis.pipeline(transaction=False) as pipe:
            for day in days:
                pipe.hgetall(keys.metrics("counts", day))
            return _added_up(cast(list[dict[str, str]], pipe.execute()))

    def ever(self) -> dict[str, int]:
        """The same counters since the beginning: these never go down."""
        return _added_up([cast(dict[str, str], cast(Any, self._redis.hgetall(keys.METRICS_EVER)))])

    def settled(self, days: Sequence[date]) -> tuple[int, int]:
        """How many tasks succeeded and failed, by the RFC's own counters (5.3.3)."""
        names = [keys.metrics(name, day) for name in ("success", "failure") for day in days]
        told = [int(value or 0) for value in cast(list[str | None], self._redis.mget(names))]
        return sum(told[: len(days)]), sum(told[len(days) :])

    def note_runner_alive(self, now: datetime) -> None:
        """Note that a runner lives in this minute."""
        minute = epoch_minute(now)
        day = keys.metrics("runner-minutes", now.date())
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.zadd(day, {str(minute): minute})
            pipe.expire(day, self.retention_s)
            pipe.set(keys.METRICS_RUNNERS_SINCE, minute, nx=True)
            pipe.execute()

    def runner_minutes(self, first: datetime, now: datetime) -> Counted:
        """In how many of the minutes from `first` to before that of `now` a runner lived.

        Counted from the first that any runner ever lived in.
        """
        return self.runner_minutes_of([(first, now)])[0]

    def runner_minutes_of(self, spans: Sequence[tuple[datetime, datetime]]) -> list[Counted]:
        """The same of several spans."""
        since = cast(str | None, self._redis.get(keys.METRICS_RUNNERS_SINCE))
        if since is None:
            return [Counted(0, 0)] * len(spans)
        wanted = [(max(int(since), epoch_minute(a)), epoch_minute(b)) for a, b in spans]
        with self._redis.pipeline(transaction=False) as pipe:
            for begin, end in wanted:
                for day in days_between(begin, end):
                    pipe.zcount(keys.metrics("runner-minutes", day_of(day)), begin, end - 1)
            told = iter(cast(list[int], pipe.execute()))
        alive = [sum(next(told) for _ in days_between(begin, end)) for begin, end in wanted]
        return [
            Counted(minutes, max(0, end - begin) - minutes)
            for minutes, (begin, end) in zip(alive, wanted, strict=True)
        ]

    def _ranked(self, distributions: Sequence[Sequence[str]]) -> list[Percentiles]:
        return [Percentiles(*found) for found in self._values_at(distributions, _P50_P95_P99)]

    def _values_at(
        self, distributions: Sequence[Sequence[str]], shares: Sequence[Fraction]
    ) -> list[list[int]]:
        """Of each distribution how many values it has, and the one at each share, or 0."""
        names = [key for distribution in distributions for key in distribution]
        ratios = [part for share in shares for part in share.as_integer_ratio()]
        arguments = [len(distributions[0]), *ratios]
        told = cast(list[list[int]], self._percentiles(keys=names, args=arguments))
        return [found + [0] * (len(shares) + 1 - len(found)) for found in told]


def _added_up(several: Iterable[Mapping[str, str]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for counts in several:
        total.update({name: int(value) for name, value in counts.items()})
    return dict(total)
