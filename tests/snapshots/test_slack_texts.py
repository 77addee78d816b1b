"""What Slack is told of rollbacks, of incidents, and of runners that are gone.

As people read it there: our client escapes it on its way, and Slack undoes that.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from redis import Redis

from api.runner_watch import RunnerWatch
from shiploop.bootstrap import Services, build, services
from shiploop.channels import Channel
from shiploop.clients.slack import Slack
from shiploop.domain.delivery.waiting_messages import suggestions_wait
from shiploop.domain.production import slack_messages as messages
from shiploop.domain.production.rollback import RollbackStatus
from shiploop.domain.production.rollback_ending import Ending
from shiploop.settings import Settings
from tasks.rollback_case import note_approval_wanted
from tests.builders import a_task_record
from tests.loopback import NO_TLS
from tests.scripted_server import Reply, ScriptedServer
from tests.snapshots.conftest import ReadsAs
from tests.snapshots.story import (
    BY_HAND,
    CHECKS_RED,
    ISSUE_URL,
    NEWER,
    NEWER_SHA,
    OLDER,
    REPOSITORY_URL,
    REVERTED,
    RUN_URL,
    STILL_UNHEALTHY,
    TRB,
    TRB_BY_HAND,
    a_case,
)
from tests.valkey import url_of

WAITING = a_task_record(pr_url=f"{REPOSITORY_URL}/pull/7")
_INCIDENT = {"Incident": ISSUE_URL}
_BOTH = {**_INCIDENT, "Rollback": REVERTED.pull_url}


SLACK_TEXTS: dict[str, Callable[[], str]] = {
    "slack/rollback_started.txt": lambda: messages.rollback_started(a_case()),
    "slack/rollback_started_of_several.txt": lambda: messages.rollback_started(
        a_case(OLDER, NEWER)
    ),
    "slack/rollback_started_by_hand.txt": lambda: messages.rollback_started(BY_HAND),
    "slack/rollback_waits_for_a_review.txt": lambda: messages.rollback_waits(
        a_case(),
        REVERTED.pull_url,
        "GitHub answered 405: At least 1 approving review is required by reviewers with write "
        "access.",
    ),
    "slack/rollback_ended_healthy.txt": lambda: messages.rollback_ended(
        a_case(), Ending(RollbackStatus.HEALTHY, "", REVERTED, TRB), _BOTH
    ),
    "slack/rollback_ended_healthy_by_hand.txt": lambda: messages.rollback_ended(
        BY_HAND, Ending(RollbackStatus.HEALTHY, "", REVERTED, TRB_BY_HAND), _BOTH
    ),
    "slack/rollback_ended_unhealthy.txt": lambda: messages.rollback_ended(
        a_case(), Ending(RollbackStatus.UNHEALTHY, STILL_UNHEALTHY, REVERTED), _BOTH
    ),
    "slack/rollback_ended_stuck.txt": lambda: messages.rollback_ended(
        a_case(), Ending(RollbackStatus.STUCK, CHECKS_RED), _INCIDENT
    ),
    "slack/rollback_ended_declined.txt": lambda: messages.rollback_ended(
        a_case(needs_approval=True), Ending(RollbackStatus.DECLINED, ""), _INCIDENT
    ),
    "slack/incident_raised.txt": lambda: messages.incident_raised(
        f"{NEWER_SHA[:12]} was merged and never went live", ISSUE_URL
    ),
    "slack/incident_raised_without_issue.txt": lambda: messages.incident_raised(
        f"{NEWER_SHA[:12]} was merged and never went live",
        "",
        "GitHub answered 410: Issues has been disabled in this repository. (Switch issues on in "
        "the repository's settings)",
    ),
    "slack/incident_resolved_without_issue.txt": lambda: messages.incident_resolved(""),
    "slack/rollback_ended_without_issue.txt": lambda: messages.rollback_ended(
        a_case(),
        Ending(RollbackStatus.HEALTHY, "", REVERTED, TRB),
        {"Rollback": REVERTED.pull_url},
    ),
    "slack/suggestion_waits.txt": lambda: suggestions_wait([WAITING], 1),
    "slack/suggestions_wait.txt": lambda: suggestions_wait([WAITING] * 5, 12),
    "slack/incident_resolved.txt": lambda: messages.incident_resolved(ISSUE_URL),
}
APPROVAL_WANTED = "slack/rollback_approval_wanted.txt"
RUNNERS = ("slack/runners_silent.txt", "slack/runners_back.txt")
TEXTS = (*SLACK_TEXTS, APPROVAL_WANTED, *RUNNERS)


@pytest.mark.parametrize("name", SLACK_TEXTS)
def test_slack_is_told_this(name: str, reads_as: ReadsAs) -> None:
    reads_as(name, SLACK_TEXTS[name]())


@pytest.fixture
def given(redis: Redis) -> Settings:
    """The settings of services that speak to nobody but Redis."""
    return Settings(
        _env_file=None, redis_url=url_of(redis), github_repo="acme/docs", github_token="unused"
    )


@pytest.fixture
def ours(given: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """The services that a step finds by itself, in a flow run that Prefect shows."""
    told = {**given.as_environment(), "PREFECT__RUNTIME__FLOW_RUN__UI_URL": RUN_URL}
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    services.cache_clear()
    yield services()
    services.cache_clear()


def test_slack_is_told_that_a_person_has_to_decide(ours: Services, reads_as: ReadsAs) -> None:
    case = a_case(needs_approval=True)
    note_approval_wanted.fn(case)
    text = ours.notices.read(f"rollback-approval-{case.lead_sha}")
    reads_as(APPROVAL_WANTED, str(text))


def test_slack_is_told_that_no_runner_lives_and_that_one_is_back(
    given: Settings, scripted: ScriptedServer, reads_as: ReadsAs
) -> None:
    scripted.replies.extend([Reply(200, "ok")] * len(RUNNERS))
    with httpx.Client(verify=NO_TLS) as http:
        built = build(given)
        slack = Channel(built.channels[0].queue, Slack(http, f"{scripted.url}/services/T/B/x"))
        watching = replace(built, channels=(slack,))
        for silent_s in (0, 16, 0):
            beat_at = datetime.now(UTC) - timedelta(seconds=silent_s)
            watching.heartbeats.beat("docs-1", beat_at, "ready", 0)
            RunnerWatch(watching, start_grace=timedelta(0)).look()
    said = [json.loads(body)["text"] for body in scripted.bodies]
    for name, text in zip(RUNNERS, said, strict=True):
        reads_as(name, text)
