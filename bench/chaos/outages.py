"""Redis, Prefect's server and the API go away in the middle of tasks, and come back."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.chaos.evidence import losses
from bench.chaos.report import Report
from bench.chaos.restartable_redis import RestartableRedis
from bench.chaos.world import ChaosWorld, chaos_world

_TASKS = 50
_CI_MS = 1000  # long enough for all of them to be on their way
_RUNNERS, _SLOTS = 2, 32
_REDIS_AWAY_S = 10.0  # longer than a lease
_PREFECT_AWAY_S = 20.0
_START_TIMEOUT_S = 120.0
_SETTLE_TIMEOUT_S = 240.0


@dataclass(frozen=True, slots=True)
class _Outage:
    """Something that goes away and comes back while questions are asked and worked on."""

    name: str
    happen: Callable[[ChaosWorld, RestartableRedis], None]


def break_parts() -> Report:
    """Let each part go away once, with 50 tasks on their way each time."""
    with TemporaryDirectory(prefix="shiploop-redis-") as data:
        redis = RestartableRedis(Path(data))
        try:
            with chaos_world(redis_url=redis.url) as world:
                return _break_each(world, redis)
        finally:
            redis.stop()


def _break_each(world: ChaosWorld, redis: RestartableRedis) -> Report:
    world.set_latency(ci_ms=_CI_MS)
    for _ in range(_RUNNERS):
        world.start_runner(_SLOTS)
    world.wait_until("a runner", world.has_runner, _START_TIMEOUT_S)
    rows = []
    for outage in _OUTAGES:
        _ask_meanwhile(world, partial(outage.happen, world, redis))
        settled_s = world.settle(_SETTLE_TIMEOUT_S)
        rows.append((outage.name, f"{_TASKS} tasks, all settled {settled_s:.1f} s after the last"))
    world.stop_runners()
    promise = "whatever goes away in the middle of tasks, nothing that was accepted is lost"
    return Report("outages", promise, tuple(rows), losses(world.accepted, world.evidence()))


def _ask_meanwhile(world: ChaosWorld, happen: Callable[[], None]) -> None:
    """Ask all questions; the outage begins in their middle and does not stop them coming."""
    with ThreadPoolExecutor(1) as pool:
        for _ in range(_TASKS // 2):
            world.ask()
        happening = pool.submit(happen)
        for _ in range(_TASKS - _TASKS // 2):
            world.ask()
        happening.result()


def _kill_redis(_world: ChaosWorld, redis: RestartableRedis) -> None:
    redis.kill()
    redis.start_again()


def _take_redis_away(_world: ChaosWorld, redis: RestartableRedis) -> None:
    redis.kill()
    time.sleep(_REDIS_AWAY_S)
    redis.start_again()


def _take_prefect_away(world: ChaosWorld, _redis: RestartableRedis) -> None:
    prefect = world.stack.process("prefect")
    prefect.stop()
    time.sleep(_PREFECT_AWAY_S)
    prefect.start()


def _kill_api(world: ChaosWorld, _redis: RestartableRedis) -> None:
    world.kill_api()


_OUTAGES = (
    _Outage("Redis killed -9, started again at once", _kill_redis),
    _Outage(f"Redis killed -9, away for {_REDIS_AWAY_S:.0f} s", _take_redis_away),
    _Outage(f"Prefect's server away for {_PREFECT_AWAY_S:.0f} s", _take_prefect_away),
    _Outage("API killed -9", _kill_api),
)
