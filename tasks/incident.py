"""Tells people that something is wrong: one issue and one notice for each incident.

Neither waits for the other: what GitHub does not take is said all the same.
"""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime

import prefect

from shiploop.bootstrap import services
from shiploop.domain.production import incident as messages
from shiploop.domain.production import slack_messages
from shiploop.domain.production.incident import Issue
from shiploop.domain.production.judgement import Judgement
from shiploop.domain.production.rollback_policy import Suspect
from shiploop.domain.timestamps import iso_ms
from shiploop.errors import ShiploopError, TransientError
from tasks.shared.durability import RETRIED, on_last_attempt

_PRODUCTION = "production"

log = logging.getLogger(__name__)


@prefect.task(name="report-broken-production", **RETRIED)
def report_broken_production(judgement: Judgement) -> None:
    """Raise the incident about production, which stays one until production is healthy."""
    raise_incident(_PRODUCTION, judgement.reason, judgement.evidence, judgement.suspects)


@prefect.task(name="report-dead-runners", **RETRIED)
def report_dead_runners() -> None:
    """Raise an incident for each runner that has fallen silent without taking its leave."""
    late: list[TransientError] = []
    for runner_id in services().heartbeats.silent(datetime.now(UTC)):
        reason = f"runner {runner_id} is dead: it stopped answering without having shut down"
        try:
            raise_incident(f"runner-{runner_id}", reason, to_do=messages.ToDo.REPLACE_RUNNER)
        except TransientError as error:
            late.append(error)
    if late:
        raise late[0]


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
) -> None:
    """Open the issue about a subject unless one is open, and say so.

    Raises TransientError where GitHub may take the issue in another attempt of this step; people
    are told by then. No outcome hangs on it.
    """
    now = datetime.now(UTC)
    opened = services().incidents.open(subject, f"{subject}-{iso_ms(now)}", now)
    if opened.issue_url is not None:
        return
    body = messages.incident_body(opened.key, reason, evidence, suspects, {}, to_do)
    issue_url, problem = "", None
    try:
        title = messages.incident_title(reason)
        issue_url = file_issue(opened.key, title, body, messages.INCIDENT_LABELS).url
    except ShiploopError as error:
        log.warning("no issue is open about an incident: %s", error)
        problem = error
    said = slack_messages.incident_raised(reason, issue_url, str(problem or ""))
    services().notices.post(f"incident-{opened.key}", said)
    if not isinstance(problem, TransientError):
        services().incidents.note_issue(subject, issue_url)
    elif not on_last_attempt():
        raise problem


def file_issue(key: str, title: str, body: str, labels: Sequence[str]) -> Issue:
    """Open the issue about something, or find it: a crash or a lost answer may have left it."""
    latest = services().issues.latest("incident")
    found = next((one for one in latest if messages.is_about(one, key)), None)
    return found or services().issues.open(title, body, labels)
