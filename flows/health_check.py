"""Looks each minute whether questions can be asked, worked on and read."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from shiploop.domain.probe import ProbeVerdict
from tasks.probes import probe_production, record_health


@flow(name="health-check")
def health_check() -> State[Any]:
    """Look at every part; the run is red when one of them fails."""
    results = probe_production()
    record_health(results)
    failing = [one.name for one in results if one.verdict is ProbeVerdict.FAIL]
    if failing:
        return Failed(name="Unhealthy", message=f"failing: {', '.join(failing)}")
    return Completed(name="Healthy", message="every part answers")
