"""How soon production is healthy again after a bad deploy, in a quick world and in a slow one."""

from bench.measurement import Figure, Measurement, Unit
from bench.world import questions, running_world

_QUICK_BOUND_MS, _SLOW_BOUND_MS = 10_000, 90_000
_GITHUB_MS, _DEPLOY_MS = 300, 30_000
_SLOW_TIMES = 2  # over a minute each
_DEFINITION = (
    "TRB of a bad deploy, from the bad commit being live to production seen healthy, as the task "
    "tells it: with no outside latency, and with every call to GitHub taking "
    f"{_GITHUB_MS} ms and every deploy {_DEPLOY_MS} ms. Probes at the sandbox's interval, 0.25 s. "
    "The slowest counts."
)


def measure_rollback(times: int) -> Measurement:
    """Break production that many times, one after the other, and see it healed."""
    baseline, *asked = questions(1 + times + _SLOW_TIMES)
    with running_world() as world:
        world.ship(baseline)
        quick_ms = tuple(world.ship_bad(question) for question in asked[:times])
        with world.latency(github_ms=_GITHUB_MS, deploy_ms=_DEPLOY_MS):
            slow_ms = tuple(world.ship_bad(question) for question in asked[times:])
    return Measurement(
        "rollback",
        _DEFINITION,
        (
            Figure("TRB", max(quick_ms), _QUICK_BOUND_MS, Unit.MS),
            Figure("TRB in a slow world", max(slow_ms), _SLOW_BOUND_MS, Unit.MS),
        ),
        {"trb_ms": quick_ms, "slow_trb_ms": slow_ms},
    )
