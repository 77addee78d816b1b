"""Good and bad events of the objectives, counted by the minute; `settle` writes them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import cast

from redis import Redis

from shiploop.domain.objectives.slo import Counted
from shiploop.stores import keys
from shiploop.stores.minutes import MINUTES_A_DAY, day_of, days_between, epoch_minute
from shiploop.stores.scripts import load_script

# A day of one objective's good, or bad, events is a string of 1440 counters of 32 bits
# (https://valkey.io/commands/bitfield/): any stretch of it is read at once.
_COUNTER_BYTES = 4
_HOUR = timedelta(hours=1)
_MINUTES_AN_HOUR = 60

_Span = tuple[int, int]  # from one minute since the epoch to before another


class SloEvents:
    """Reads them (see `recording`)."""

    def __init__(self, redis: Redis) -> None:
        self._sums = redis.register_script(load_script("sum_slo_events"))

    def lately(
        self, windows: Mapping[str, Sequence[int]], now: datetime
    ) -> dict[str, list[Counted]]:
        """The events of the last minutes, the running one among them.

        `windows` has the lengths in minutes that are wanted of each objective.
        """
        end = epoch_minute(now) + 1
        wanted = {slo: [(end - n, end) for n in lengths] for slo, lengths in windows.items()}
        return self._counted(wanted)

    def by_hour(self, slo: str, days: Sequence[date]) -> list[tuple[datetime, Counted]]:
        """The events of each hour in which there were any."""
        midnights = [datetime.combine(day, time(), UTC) for day in days]
        hours = [midnight + number * _HOUR for midnight in midnights for number in range(24)]
        begins = map(epoch_minute, hours)
        told = self._counted({slo: [(begin, begin + _MINUTES_AN_HOUR) for begin in begins]})[slo]
        return [one for one in zip(hours, told, strict=True) if one[1].total]

    def _counted(self, wanted: Mapping[str, Sequence[_Span]]) -> dict[str, list[Counted]]:
        parts = [
            (keys.slo_events(slo, how, day_of(day)), first, last)
            for slo, spans in wanted.items()
            for span in spans
            for how in ("good", "bad")
            for day, first, last in _by_day(span)
        ]
        limits = [
            limit
            for _, first, last in parts
            for limit in (first * _COUNTER_BYTES, (last + 1) * _COUNTER_BYTES - 1)
        ]
        told = iter(cast(list[int], self._sums(keys=[key for key, _, _ in parts], args=limits)))
        return {
            slo: [
                Counted(*(sum(next(told) for _ in _by_day(span)) for _ in ("good", "bad")))
                for span in spans
            ]
            for slo, spans in wanted.items()
        }


def _by_day(span: _Span) -> Iterator[tuple[int, int, int]]:
    """The number of each day in a span, and its first and its last minute there."""
    begin, end = span
    for day in days_between(begin, end):
        midnight = day * MINUTES_A_DAY
        yield day, max(begin - midnight, 0), min(end - midnight, MINUTES_A_DAY) - 1
