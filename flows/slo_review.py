"""Holds the numbers against what is promised, and tells people."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from tasks.slo_alerts import watch_objectives
from tasks.slo_reviews import write_due_reviews


@flow(name="slo-review")
def slo_review() -> State[Any]:
    """Move the alerts on each minute; review each day and week when it is over."""
    firing = watch_objectives()
    written = write_due_reviews()
    if firing:
        return Failed(name="Firing", message=f"firing: {', '.join(firing)}")
    return Completed(message="; ".join(written) or "no alert fires")
