"""How soon a question that was posted is being worked on."""

from bench.alternatives import Alternative, started
from bench.measurement import Figure, Measurement, Unit, percentile
from bench.world import questions, running_world

_MEDIAN_BOUND_MS = 180
_P95_BOUND_MS = 300
_CI_MS = 1  # reported, not run: nothing of one question is left when the next is asked
_MOST_OF_AN_ALTERNATIVE = 10
_DEFINITION = (
    "From accepted to the first stage begun, by the task's own times; one question at a time, "
    "each settled before the next. Beside it, on the same Prefect server: a flow run created → "
    "the first line of a small flow, by flow.serve() and by a process worker, both with "
    "Prefect's defaults."
)


def measure_dispatch(times: int) -> Measurement:
    """Ask that many questions, one at a time, then start a few runs as Prefect would."""
    few = min(times, _MOST_OF_AN_ALTERNATIVE)
    with running_world() as world:
        with world.latency(ci_ms=_CI_MS):
            journeys = [world.ship(question) for question in questions(times)]
        others = {}
        for alternative in Alternative:
            with started(world, alternative) as other:
                others[f"{alternative}_ms"] = other.dispatch_ms(few)
    ours_ms = tuple(float(journey.stages_ms["queued"]) for journey in journeys)
    return Measurement(
        "dispatch",
        _DEFINITION,
        (
            Figure("dispatch, median", percentile(ours_ms, 50), _MEDIAN_BOUND_MS, Unit.MS),
            Figure("dispatch, p95", percentile(ours_ms, 95), _P95_BOUND_MS, Unit.MS),
        ),
        {"shiploop_ms": ours_ms, **others},
    )
