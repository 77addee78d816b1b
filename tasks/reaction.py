"""What follows from a judgement of production: a rollback, an incident, or nothing."""

import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import assert_never

import prefect
from prefect.client.orchestration import get_client
from prefect.deployments import run_deployment

from shiploop.bootstrap import services
from shiploop.domain.delivery.task import FailureKind, Merge, Outcome, failed
from shiploop.domain.production.health_verdict import HealthState
from shiploop.domain.production.judgement import Judgement, Reaction
from shiploop.domain.production.rollback import RollbackStatus
from tasks.incident import raise_incident, report_broken_production
from tasks.shared.durability import RETRIED

_ROLLBACK = "rollback/rollback"
_LOOK_S = 0.25
# Started within a second or two; what takes longer was forgotten.
_FORGOTTEN_AFTER = timedelta(seconds=15)


def react_to_deploy(judgement: Judgement, merge: Merge) -> Outcome | None:
    """Do what a judgement calls for; the outcome of a task that it ends, else None."""
    if judgement.reaction is Reaction.KEEP and judgement.state is HealthState.HEALTHY:
        return None  # nothing to do, and so nearly always: that needs no row in the UI
    return react_to_broken_deploy(judgement, merge)


@prefect.task(name="react-to-deploy", **RETRIED)
def react_to_broken_deploy(judgement: Judgement, merge: Merge) -> Outcome | None:
    """Do what a judgement calls for; the outcome of a task that it ends, else None."""
    match judgement.reaction:
        case Reaction.KEEP:
            report_broken_production.fn(judgement)  # a site that hangs tells nothing
            return failed(FailureKind.UNVERIFIED, judgement.reason, merge)
        case Reaction.ROLL_BACK:
            start_rollback(str(judgement.lead_sha), judgement.reason)
            return _broken(judgement, merge)
        case Reaction.AWAIT_ROLLBACK:
            if others_are_rolled_back(str(judgement.lead_sha), merge):
                return None
            return _broken(judgement, merge)
        case Reaction.INCIDENT:
            report_broken_production.fn(judgement)
            if judgement.site_fails:
                return _broken(judgement, merge)
            return failed(FailureKind.UNVERIFIED, judgement.reason, merge)
        case never:
            assert_never(never)


@prefect.task(name="react-to-production", **RETRIED)
def react_to_production(judgement: Judgement) -> None:
    """Do what a judgement calls for that no task has asked for."""
    if judgement.reaction is Reaction.ROLL_BACK:
        start_rollback(str(judgement.lead_sha), judgement.reason)
    elif judgement.reaction is Reaction.INCIDENT:
        report_broken_production.fn(judgement)


@prefect.task(name="mend-rollback", **RETRIED)
def mend_rollback() -> None:
    """Start the rollback that was claimed by somebody who died before it began."""
    lead_sha = services().rollbacks.running()
    rollback = services().rollbacks.read(lead_sha) if lead_sha else None
    if rollback is None:
        return
    age = datetime.now(UTC) - rollback.case.decided_at
    if rollback.run_id is None and age > _FORGOTTEN_AFTER:
        start_rollback(rollback.case.lead_sha, rollback.case.reason)
    elif rollback.run_id is not None and _run_has_ended(rollback.run_id):
        sha = rollback.case.lead_sha[:12]
        reason = f"the run of the rollback of {sha} has ended without it: merges stay frozen"
        now = datetime.now(UTC)
        services().rollbacks.note(rollback.case.lead_sha, RollbackStatus.STUCK, now)
        raise_incident(f"rollback-{rollback.case.lead_sha}", reason, rollback.case.evidence)


def start_rollback(lead_sha: str, reason: str) -> None:
    """Start the flow run that rolls back, once however often it is asked for."""
    run_deployment(
        _ROLLBACK,
        parameters={"merge_sha": lead_sha, "reason": reason},
        timeout=0,
        flow_run_name=f"rollback: {lead_sha[:12]}",
        idempotency_key=f"rollback-{lead_sha}",
        as_subflow=False,
    )


def others_are_rolled_back(lead_sha: str, merge: Merge) -> bool:
    """Wait for a rollback that is under way; True when production is healthy with our merge."""
    rollback = services().rollbacks.read(lead_sha)
    if rollback is None:
        return False
    if rollback.run_id is None and not rollback.status.ended:
        start_rollback(lead_sha, rollback.case.reason)  # who claimed it may have died
    if merge.sha in {one.sha for one in rollback.case.suspects}:
        return False
    give_up_at = time.monotonic() + services().settings.rollback_deadline_s
    while rollback is not None and time.monotonic() < give_up_at:
        if rollback.status is RollbackStatus.WAITING_FOR_APPROVAL:
            return False  # a person may take days
        if rollback.status.ended:
            return rollback.status is RollbackStatus.HEALTHY
        time.sleep(_LOOK_S)
        rollback = services().rollbacks.read(lead_sha)
    return False


def _broken(judgement: Judgement, merge: Merge) -> Outcome:
    said = "; ".join(judgement.evidence)
    reason = f"{judgement.reason} ({said})" if said else judgement.reason
    return failed(FailureKind.UNHEALTHY_DEPLOY, reason, merge)


def _run_has_ended(run_id: str) -> bool:
    with get_client(sync_client=True) as client:
        state = client.read_flow_run(uuid.UUID(run_id)).state
    return state is not None and state.is_final()
