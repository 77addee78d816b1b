"""How long the numbers of a day take to read, of few tasks and of a million."""

import time
from datetime import UTC, datetime
from typing import cast

import httpx
from redis import Redis

from bench.measurement import Figure, Measurement, Unit, percentile
from bench.numbers_world import serving
from shiploop.stores import keys

_FEW, _MANY = 1_000, 1_000_000
_BOUND_MS = 10
_MOST_TIMES = 2
_RFC_TIMES = 3  # it takes seconds
_DEFINITION = (
    f"GET /api/metrics/agent of one day, one request at a time over one connection, with {_FEW:,} "
    f"and with {_MANY:,} TTEs in it (in the day's set and in its agent's). Beside it the RFC's "
    "way (5.3.4): fetch all values, sort them in Python."
)
# Spread over ten minutes; as tasks would be, each under an id of its own.
_FILL = """
for i = tonumber(ARGV[1]), tonumber(ARGV[2]) do
  local tte = (i * 7919) % 600000
  for _, key in ipairs(KEYS) do redis.call('ZADD', key, tte, 'task-' .. i) end
end
"""
_BATCH = 50_000  # a longer script would keep Redis from answering


def measure_metrics(times: int) -> Measurement:
    """Ask that many times at each size."""
    day = datetime.now(UTC).date()
    tte = keys.metrics("tte", day)
    served = serving("api", "SHIPLOOP_API_PORT", "/openapi.json")
    with served as (redis, url), httpx.Client(base_url=url) as http:
        _fill(redis, [tte, keys.metrics("tte:faq", day)], 1, _FEW)
        few_ms = _ask(http, times, f"{day:%Y%m%d}")
        _fill(redis, [tte, keys.metrics("tte:faq", day)], _FEW + 1, _MANY)
        many_ms = _ask(http, times, f"{day:%Y%m%d}")
        rfc_ms = tuple(_rfcs_way(redis, tte) for _ in range(_RFC_TIMES))
    few_p95, many_p95 = percentile(few_ms, 95), percentile(many_ms, 95)
    return Measurement(
        "metrics",
        _DEFINITION,
        (
            Figure(f"GET with {_MANY:,}, p95", many_p95, _BOUND_MS, Unit.MS),
            Figure(
                f"the same over that with {_FEW:,}", many_p95 / few_p95, _MOST_TIMES, Unit.TIMES
            ),
        ),
        {"few_ms": few_ms, "many_ms": many_ms, "RFC's way_ms": rfc_ms},
    )


def _fill(redis: Redis, names: list[str], first: int, last: int) -> None:
    for start in range(first, last + 1, _BATCH):
        redis.eval(_FILL, len(names), *names, str(start), str(min(start + _BATCH - 1, last)))


def _ask(http: httpx.Client, times: int, day: str) -> tuple[float, ...]:
    return tuple(_took_ms(http, day) for _ in range(times))


def _took_ms(http: httpx.Client, day: str) -> float:
    started = time.perf_counter()
    http.get("/api/metrics/agent", params={"date": day}).raise_for_status()
    return (time.perf_counter() - started) * 1000


def _rfcs_way(redis: Redis, tte: str) -> float:
    started = time.perf_counter()
    found = cast(list[tuple[str, float]], redis.zrange(tte, 0, -1, withscores=True))
    ranked = sorted(score for _, score in found)
    ranked[int(len(ranked) * 0.95)]
    return (time.perf_counter() - started) * 1000
