"""Tells people that something is wrong: one issue and one message for each incident."""

from datetime import UTC, datetime

import prefect

from shiploop.bootstrap import services
from shiploop.domain.production import incident as messages
from shiploop.domain.production import slack_messages
from shiploop.domain.production.incident import Issue
from shiploop.domain.production.judgement import Judgement
from shiploop.domain.production.rollback_policy import Suspect
from shiploop.domain.timestamps import iso_ms
from tasks.shared.durability import RETRIED

_PRODUCTION = "production"


@prefect.task(name="report-broken-production", **RETRIED)
def report_broken_production(judgement: Judgement) -> None:
    """Raise the incident about production, which stays one until production is healthy."""
    raise_incident(_PRODUCTION, judgement.reason, judgement.evidence, judgement.suspects)


@prefect.task(name="report-dead-runners", **RETRIED)
def report_dead_runners() -> None:
    """Raise an incident for each runner that has fallen silent without taking its leave."""
    for runner_id in services().heartbeats.silent(datetime.now(UTC)):
        reason = f"runner {runner_id} is dead: it stopped answering without having shut down"
        raise_incident(f"runner-{runner_id}", reason, to_do=messages.ToDo.REPLACE_RUNNER)


@prefect.task(name="end-incident", **RETRIED)
def end_incident() -> None:
    """Production is healthy: whoever was told that it is not is told so."""
    ended = services().incidents.close(_PRODUCTION)
    if ended is not None:
        text = slack_messages.incident_resolved(ended.get("issue_url", ""))
        services().notices.post(f"incident-ended-{ended['key']}", text)


def raise_incident(
    subject: str,
    reason: str,
    evidence: tuple[str, ...] = (),
    suspects: tuple[Suspect, ...] = (),
    to_do: messages.ToDo = messages.ToDo.BRING_BACK,
) -> str:
    """Open the issue about a subject unless one is open, and say so; returns its address."""
    now = datetime.now(UTC)
    opened = services().incidents.open(subject, f"{subject}-{iso_ms(now)}", now)
    if opened.issue_url is not None:
        return opened.issue_url
    body = messages.incident_body(opened.key, reason, evidence, suspects, {}, to_do)
    issue = find_issue(opened.key) or services().issues.open(
        messages.incident_title(reason), body, messages.INCIDENT_LABELS
    )
    services().incidents.note_issue(subject, issue.url)
    services().notices.post(
        f"incident-{opened.key}", slack_messages.incident_raised(reason, issue.url)
    )
    return issue.url


def find_issue(key: str) -> Issue | None:
    """The issue that was opened for this already, before a crash or an answer that was lost."""
    found = services().issues.latest("incident")
    return next((one for one in found if messages.is_about(one, key)), None)
