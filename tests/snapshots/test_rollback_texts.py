"""What GitHub and Prefect show of a rollback, and of an incident without one."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import pytest

from shiploop.domain.production import incident
from shiploop.domain.production import rollback_messages as messages
from shiploop.domain.production.rollback import Reverted, RollbackCase, RollbackStatus, TrbSplit
from shiploop.domain.production.rollback_ending import Ending, timeline
from shiploop.domain.production.rollback_policy import Suspect
from shiploop.domain.timestamps import iso_ms
from tasks.approval import Approval
from tests.builders import NOON
from tests.snapshots.conftest import ReadsAs
from tests.snapshots.story import (
    A_PERSONS,
    BY_HAND,
    CHECKS_RED,
    EVIDENCE,
    ISSUE_URL,
    NEWER,
    NEWER_SHA,
    OLDER,
    REVERTED,
    RUN_URL,
    SLOW_TRB,
    STILL_UNHEALTHY,
    TRB,
    TRB_BY_HAND,
    a_case,
    page,
)

# Seconds after production began to fail.
_REACHED_S: Final = {
    RollbackStatus.REQUESTED: 25.4,
    RollbackStatus.WAITING_FOR_APPROVAL: 26,
    RollbackStatus.REVERTING: 27.5,
    RollbackStatus.VERIFYING: 69,
}


def pull_request(case: RollbackCase) -> str:
    """The pull request that takes the suspects back."""
    return page(
        messages.rollback_body(case),
        title=messages.rollback_title(case),
        branch=messages.rollback_branch(case.lead_sha),
    )


def commit(case: RollbackCase) -> str:
    """The commit, as `git log` shows it."""
    return "\n\n".join(messages.rollback_commit(case))


def reapply(case: RollbackCase) -> str:
    """The draft that puts back what was taken back."""
    return page(
        messages.reapply_body(case, ISSUE_URL),
        title=messages.reapply_title(case),
        branch=messages.reapply_branch(case.lead_sha),
    )


def issue(
    case: RollbackCase,
    status: RollbackStatus,
    reverted: Reverted | None = None,
    trb: TrbSplit | None = None,
    *,
    reason: str = "",
) -> str:
    """The issue of a rollback that has ended."""
    reached = [RollbackStatus.REQUESTED]
    if case.needs_approval:
        reached.append(RollbackStatus.WAITING_FOR_APPROVAL)
    if status is not RollbackStatus.DECLINED:
        reached.append(RollbackStatus.REVERTING)
    if reverted:
        reached.append(RollbackStatus.VERIFYING)
    times = {one: NOON + timedelta(seconds=_REACHED_S[one]) for one in reached}
    times[status] = NOON + timedelta(seconds=89.5)
    ending = Ending(status, reason, reverted, trb)
    body = messages.issue_body(case, ending, _timeline(case, times), {"Prefect run": RUN_URL})
    return page(body, title=messages.issue_title(case), labels=messages.ISSUE_LABELS)


def _timeline(
    case: RollbackCase, times: dict[RollbackStatus, datetime]
) -> tuple[tuple[datetime, str], ...]:
    return timeline(case, {f"{status}_at": iso_ms(at) for status, at in times.items()})


def approval_form() -> str:
    """What Prefect makes a form of, for the person who has to decide."""
    return json.dumps(Approval.model_json_schema(), indent=2) + "\n"


def incident_issue(
    key: str,
    reason: str,
    evidence: Sequence[str] = (),
    suspects: Sequence[Suspect] = (),
    to_do: incident.ToDo = incident.ToDo.BRING_BACK,
) -> str:
    """The issue of an incident without a rollback."""
    body = incident.incident_body(key, reason, evidence, suspects, {}, to_do)
    return page(body, title=incident.incident_title(reason), labels=incident.INCIDENT_LABELS)


TEXTS: dict[str, Callable[[], str]] = {
    "github/rollback_pull_request.md": lambda: pull_request(a_case()),
    "github/rollback_pull_request_of_several.md": lambda: pull_request(a_case(OLDER, NEWER)),
    "github/rollback_pull_request_by_hand.md": lambda: pull_request(BY_HAND),
    "github/rollback_commit.txt": lambda: commit(a_case(OLDER, NEWER)),
    "github/reapply_pull_request.md": lambda: reapply(a_case()),
    "github/reapply_pull_request_by_hand.md": lambda: reapply(BY_HAND),
    "github/reapply_pull_request_of_several.md": lambda: reapply(a_case(OLDER, NEWER)),
    "github/issue_rollback_healthy.md": lambda: issue(
        a_case(), RollbackStatus.HEALTHY, REVERTED, TRB
    ),
    "github/issue_rollback_healthy_and_slow.md": lambda: issue(
        a_case(OLDER, NEWER), RollbackStatus.HEALTHY, REVERTED, SLOW_TRB
    ),
    "github/issue_rollback_by_hand.md": lambda: issue(
        BY_HAND, RollbackStatus.HEALTHY, REVERTED, TRB_BY_HAND
    ),
    "github/issue_rollback_unhealthy.md": lambda: issue(
        a_case(), RollbackStatus.UNHEALTHY, REVERTED, reason=STILL_UNHEALTHY
    ),
    "github/issue_rollback_stuck.md": lambda: issue(
        a_case(), RollbackStatus.STUCK, reason=CHECKS_RED
    ),
    "github/issue_rollback_stuck_by_hand.md": lambda: issue(
        BY_HAND, RollbackStatus.STUCK, reason=CHECKS_RED
    ),
    "github/issue_rollback_declined.md": lambda: issue(
        a_case(needs_approval=True), RollbackStatus.DECLINED
    ),
    "prefect/approval_form.json": approval_form,
    "github/issue_incident_production.md": lambda: incident_issue(
        "production-2026-11-22T12:00:25.000Z",
        f"not merged by us, so a person decides: {NEWER_SHA[:12]}",
        EVIDENCE,
        (OLDER, A_PERSONS),
    ),
    "github/issue_incident_never_live.md": lambda: incident_issue(
        f"never-live-{NEWER_SHA}-2026-11-22T12:02:00.000Z",
        f"{NEWER_SHA[:12]} was merged and never went live",
        to_do=incident.ToDo.MEND_DEPLOY,
    ),
    "github/issue_incident_deploy_skipped.md": lambda: incident_issue(
        "deploy-skipped-2026-11-22T12:02:00.000Z",
        f"{NEWER_SHA[:12]} was merged and is not live: the platform skipped the deploy: "
        "does it leave out this path?",
        to_do=incident.ToDo.MEND_PLATFORM,
    ),
    "github/issue_incident_pinned.md": lambda: incident_issue(
        "production-pinned-2026-11-22T12:02:00.000Z",
        f"{NEWER_SHA[:12]} was merged and is not live: production is pinned",
        to_do=incident.ToDo.UNPIN,
    ),
    "github/issue_incident_dead_runner.md": lambda: incident_issue(
        "runner-docs-1-2026-11-22T12:00:00.000Z",
        "runner docs-1 is dead: it stopped answering without having shut down",
        to_do=incident.ToDo.REPLACE_RUNNER,
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_people_are_shown_this(name: str, reads_as: ReadsAs) -> None:
    reads_as(name, TEXTS[name]())
