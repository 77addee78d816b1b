"""How soon green checks are merged: told by webhook, and when no webhook arrives."""

from bench.measurement import Figure, Measurement, Unit
from bench.world import questions, running_world

_CI_MS = 1000
_WEBHOOK_BOUND_MS = 300
_LOST_BOUND_MS = 5000
_DEFINITION = (
    "From faq-gate last seen unfinished to merged, less the merge call, with "
    f"ci_ms={_CI_MS}; one question at a time, the slowest of them counts."
)


def measure_green_to_merged(times: int) -> Measurement:
    """Ask that many questions with webhooks, and as many others with every webhook lost."""
    asked = questions(2 * times)
    with running_world() as world, world.latency(ci_ms=_CI_MS):
        told = [world.ship_watching_checks(question) for question in asked[:times]]
        with world.fault("webhooks_lost"):
            polled = [world.ship_watching_checks(question) for question in asked[times:]]
    by_webhook_ms = tuple(journey.green_to_merged_ms for journey in told)
    by_poll_ms = tuple(journey.green_to_merged_ms for journey in polled)
    return Measurement(
        "green-to-merged",
        _DEFINITION,
        (
            Figure("green → merged by webhook", max(by_webhook_ms), _WEBHOOK_BOUND_MS, Unit.MS),
            Figure("green → merged, webhooks lost", max(by_poll_ms), _LOST_BOUND_MS, Unit.MS),
        ),
        {"by_webhook_ms": by_webhook_ms, "webhooks_lost_ms": by_poll_ms},
    )
