"""Ends a rollback: production verified, the freeze lifted, people told, the way back prepared."""

from datetime import UTC, datetime

import prefect
from prefect import runtime
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from shiploop.bootstrap import services
from shiploop.domain.delivery.commit import CannotUndo
from shiploop.domain.delivery.template import fill_template
from shiploop.domain.production import rollback_messages as messages
from shiploop.domain.production import slack_messages
from shiploop.domain.production.health_verdict import HealthState
from shiploop.domain.production.live import Live
from shiploop.domain.production.rollback import (
    Reverted,
    RollbackCase,
    RollbackStatus,
    freeze_owner,
    split_trb,
)
from shiploop.domain.production.rollback_ending import Ending, timeline
from tasks import incident
from tasks.judge import note_state, watch_site
from tasks.rollback_case import note_progress
from tasks.shared.change import wording
from tasks.shared.durability import RETRIED


@prefect.task(name="verify-rollback", **RETRIED)
def verify_rollback(case: RollbackCase, reverted: Reverted, live: Live) -> Ending:
    """Judge production again, with the rollback live: only healthy is the end of it."""
    verdict = watch_site(live.seen_at)
    now = datetime.now(UTC)
    note_state(verdict, live.sha, now)
    if verdict.state is not HealthState.HEALTHY:
        said = "; ".join(verdict.evidence) or "the probes could not tell"
        reason = f"production is not healthy after the rollback: {said}"
        return Ending(RollbackStatus.UNHEALTHY, reason, reverted)
    services().health.note_healthy(live.sha)
    trb = split_trb(case, reverted.merged_at, live.seen_at, now)
    return Ending(RollbackStatus.HEALTHY, "production is healthy again", reverted, trb)


@prefect.task(name="settle-rollback", **RETRIED)
def settle_rollback(case: RollbackCase, ending: Ending) -> None:
    """Write how it ended; merges go on when production is healthy, and only then."""
    fields = {"rollback_reason": ending.reason}
    if ending.trb is not None:
        fields["trb_ms"] = str(ending.trb.total_ms)
    note_progress(case, ending.status, **fields)
    services().rollback_metrics.record(case, ending.status, ending.trb)
    if ending.status is RollbackStatus.HEALTHY:
        services().freeze.lift_if_owned(freeze_owner(case.lead_sha))


@prefect.task(name="file-rollback-issue", **RETRIED)
def file_issue(case: RollbackCase, ending: Ending) -> None:
    """Open the one issue of this rollback, or find it."""
    body = messages.issue_body(case, ending, timeline(case, _fields(case)), _links())
    try:
        title = messages.issue_title(case)
        filed = incident.file_issue(case.lead_sha, title, body, messages.ISSUE_LABELS)
        note_progress(case, ending.status, incident_url=filed.url)
    finally:
        create_markdown_artifact(body, key="rollback")  # it stands there, whatever GitHub says


@prefect.task(name="tell-rollback-end", **RETRIED)
def tell_end(case: RollbackCase, ending: Ending) -> None:
    """Say how it ended, once."""
    links = {}
    if issue_url := _fields(case).get("incident_url"):
        links["Incident"] = issue_url
    if ending.reverted is not None:
        links["Rollback"] = ending.reverted.pull_url
    text = slack_messages.rollback_ended(case, ending, links)
    services().notices.post(f"rollback-ended-{case.lead_sha}", text)


@prefect.task(name="propose-reapply", **RETRIED)
def propose_reapply(case: RollbackCase, reverted: Reverted) -> None:
    """Open a draft that puts back what was taken back, for a person to finish."""
    branch = messages.reapply_branch(case.lead_sha)
    if services().github.find_pull_request(branch).pull is not None:
        return
    services().github.delete_branch(branch)  # one that a crash left without its pull request
    base = services().github.read_base((), services().settings.pull_request_template)
    # The inverse of the inverse. Where that conflicts it is for a person to write.
    merges = [reverted.merge_sha]
    changes = services().history.undo(base.head_sha, merges, services().agents.undo)
    if isinstance(changes, CannotUndo) or not changes:
        return
    message = wording().of_commit(messages.reapply_commit(case))
    body = messages.reapply_body(case, _fields(case).get("incident_url", ""))
    body = fill_template(base.template, body)
    services().github.open_pull_request(base, branch, changes, message, body, draft=True)


def rollback_state(ending: Ending) -> State[Ending]:
    """The ending as Prefect shows it: red unless production is healthy."""
    if ending.status is RollbackStatus.HEALTHY:
        return Completed(name="Healthy", message=ending.reason, data=ending)
    return Failed(name=ending.status.capitalize(), message=ending.reason, data=ending)


def _fields(case: RollbackCase) -> dict[str, str]:
    rollback = services().rollbacks.read(case.lead_sha)
    return rollback.fields if rollback else {}


def _links() -> dict[str, str]:
    ui_url = runtime.flow_run.ui_url
    return {"Prefect run": ui_url} if ui_url else {}
