"""Judges production each minute, and sees to whatever was left undone."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from shiploop.domain.production.health_verdict import HealthState
from tasks.health_report import report_health
from tasks.incident import end_incident, report_dead_runners
from tasks.judge import judge_production
from tasks.missing_deploy import mend_pin
from tasks.reaction import mend_rollback, react_to_production


@flow(name="health-check")
def health_check() -> State[Any]:
    """Judge production as a deploy is judged; the run is red when it is not healthy."""
    report_dead_runners()
    mend_rollback()
    mend_pin()
    judgement = judge_production()
    react_to_production(judgement)
    report_health(judgement)
    if judgement.state is HealthState.UNHEALTHY:
        said = "; ".join(judgement.evidence)
        return Failed(name="Unhealthy", message=f"{judgement.reason}: {said}")
    if judgement.state is HealthState.INCONCLUSIVE:
        return Completed(name="Inconclusive", message=judgement.reason)
    end_incident()
    return Completed(name="Healthy", message=judgement.reason)
