"""How near the time to execute comes to the least that a slow world allows."""

from bench.measurement import Figure, Measurement, Unit, percentile
from bench.world import questions, running_world

_GITHUB_MS = 300
_CI_MS = 15_000
# The answer costs nothing while no model writes it, so the base read decides the first step.
_CRITICAL_PATH_MS = _GITHUB_MS + _GITHUB_MS + _CI_MS + _GITHUB_MS
_BOUND = 1.06
_DEFINITION = (
    f"TTE / critical path, which is max(answer, base read) → open → CI → merge = {_GITHUB_MS} + "
    f"{_GITHUB_MS} + {_CI_MS} + {_GITHUB_MS} = {_CRITICAL_PATH_MS} ms as the sandbox is set. "
    "One question at a time; the bound holds for the slowest."
)


def measure_critical_path(times: int) -> Measurement:
    """Ask that many questions, one at a time, of a world as slow as a real one."""
    with running_world() as world, world.latency(github_ms=_GITHUB_MS, ci_ms=_CI_MS):
        journeys = [world.ship(question) for question in questions(times)]
    ratios = tuple(journey.tte_ms / _CRITICAL_PATH_MS for journey in journeys)
    return Measurement(
        "critical-path",
        _DEFINITION,
        (
            Figure("TTE / critical path, median", percentile(ratios, 50), _BOUND, Unit.TIMES),
            Figure("TTE / critical path, most", max(ratios), _BOUND, Unit.TIMES),
        ),
        {
            "tte_ms": tuple(journey.tte_ms for journey in journeys),
            "tte_over_critical_path_ms": tuple(
                journey.tte_ms - _CRITICAL_PATH_MS for journey in journeys
            ),
            "github_calls": tuple(float(len(journey.calls)) for journey in journeys),
        },
    )
