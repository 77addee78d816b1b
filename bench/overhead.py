"""Our own share of the time to execute, in a world that takes none of its own."""

from bench.measurement import Figure, Measurement, Unit, percentile
from bench.world import questions, running_world

_MEDIAN_BOUND_MS = 400
_P95_BOUND_MS = 700
_CALLS_BOUND = 3
_STAGES_BEFORE_MERGE = ("queued", "drafting", "opening", "checking", "merging")
_DEFINITION = (
    "TTE (accepted → merged) less the time inside GitHub's opening and merge calls, and less CI "
    "(pull request open → faq-gate last seen unfinished); the base read runs while we draft and "
    "is not taken off. One question at a time, from the first one on. Calls: up to the merge."
)


def measure_overhead(times: int) -> Measurement:
    """Ask that many questions, one at a time, with every latency at zero."""
    with running_world() as world:
        journeys = [world.ship_watching_checks(question) for question in questions(times)]
    overheads_ms = tuple(journey.overhead_ms for journey in journeys)
    calls = tuple(float(len(journey.calls)) for journey in journeys)
    return Measurement(
        "overhead",
        _DEFINITION,
        (
            Figure("own overhead, median", percentile(overheads_ms, 50), _MEDIAN_BOUND_MS, Unit.MS),
            Figure("own overhead, p95", percentile(overheads_ms, 95), _P95_BOUND_MS, Unit.MS),
            Figure("GitHub calls a task, most", max(calls), _CALLS_BOUND, Unit.CALLS),
        ),
        {
            "overhead_ms": overheads_ms,
            "github_ms": tuple(journey.github_ms for journey in journeys),
            "ci_ms": tuple(journey.ci_ms for journey in journeys),
            "tte_ms": tuple(journey.tte_ms for journey in journeys),
            "github_calls": calls,
            **{
                f"{stage}_ms": tuple(float(journey.stages_ms[stage]) for journey in journeys)
                for stage in _STAGES_BEFORE_MERGE
            },
        },
    )
