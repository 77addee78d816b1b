"""What a rollback is about: opened once per merge commit, by one flow run, crash or not."""

from dataclasses import replace
from datetime import UTC, datetime

import prefect
from prefect import runtime

from shiploop.bootstrap import services
from shiploop.domain.delivery.autonomy import Harm
from shiploop.domain.production import slack_messages
from shiploop.domain.production.rollback import RollbackCase, RollbackStatus
from shiploop.domain.production.rollback_ending import Refused
from shiploop.errors import GitHubNotFound, GitHubRefused
from shiploop.kill_points import reach
from tasks.shared.durability import RETRIED
from tasks.shared.suspects import suspect_of


@prefect.task(name="open-rollback-case", **RETRIED)
def open_case(merge_sha: str, task_id: str, reason: str) -> RollbackCase | Refused:
    """The case of this flow run. A merge that nobody has claimed yet is claimed, by hand."""
    if not merge_sha and (record := services().tasks.read(task_id)):
        merge_sha = record.merge_sha or ""
    if not merge_sha:
        return Refused("neither a merge nor a task that has merged is named")
    if services().rollbacks.is_rollback(merge_sha):
        return Refused(f"{merge_sha[:12]} is itself a rollback: a rollback is never rolled back")
    if services().rollbacks.read(merge_sha) is None:
        refusal = _claim_for_person(merge_sha, reason)
        if refusal is not None:
            return refusal
    rollback = services().rollbacks.read(merge_sha)
    if rollback is None:
        return Refused(f"the rollback of {merge_sha[:12]} is too old to be known")
    case = rollback.case
    if not services().rollbacks.adopt(case.lead_sha, str(runtime.flow_run.id)):
        return Refused(f"flow run {rollback.run_id} does this rollback, or has done it")
    return case


@prefect.task(name="announce-rollback", **RETRIED)
def announce(case: RollbackCase) -> None:
    """Say that it begins, in Slack and at each of its tasks."""
    services().notices.post(
        f"rollback-started-{case.lead_sha}", slack_messages.rollback_started(case)
    )
    now, note = datetime.now(UTC), f"rolled back: {case.reason}"
    for suspect in case.suspects:
        if suspect.task_id is not None:
            services().autonomy.say_wrong(suspect.task_id, Harm.ROLLBACK, note, now)
    note_progress(case, RollbackStatus.REVERTING)


@prefect.task(name="note-approval-wanted", **RETRIED)
def note_approval_wanted(case: RollbackCase) -> None:
    """Say that a person has to decide, and where."""
    where = runtime.flow_run.ui_url or f"flow run {runtime.flow_run.id} in Prefect"
    services().notices.post(
        f"rollback-approval-{case.lead_sha}", slack_messages.rollback_started(case, where)
    )
    note_progress(case, RollbackStatus.WAITING_FOR_APPROVAL)


def note_progress(case: RollbackCase, status: RollbackStatus, **fields: str) -> None:
    """Note how far the rollback is, also where its tasks are looked up."""
    now = datetime.now(UTC)
    if not services().rollbacks.note(case.lead_sha, status, now, **fields):
        return
    reach(f"rollback-{status}")
    for suspect in case.suspects:
        if suspect.task_id is not None:
            services().tasks.note_rollback(suspect.task_id, now, rollback=str(status), **fields)


def _claim_for_person(merge_sha: str, reason: str) -> Refused | None:
    try:
        commit = services().commits.read(merge_sha)
    except (GitHubNotFound, GitHubRefused):
        return Refused(f"there is no commit {merge_sha[:12]}")
    now = datetime.now(UTC)
    # A person says that this commit is to go: whose it is does not matter.
    suspect = replace(suspect_of(commit), is_rollback=False)
    case = RollbackCase(
        lead_sha=commit.sha,
        suspects=(suspect,),
        reason=reason,
        evidence=(),
        live_sha=commit.sha,
        bad_live_at=now,
        detected_at=now,
        decided_at=now,
        needs_approval=False,
        asked_by_person=True,
        branch_prefix=services().settings.rollback_branch_prefix,
    )
    other = services().rollbacks.claim(case, now)
    if other is not None:
        return Refused(f"the rollback of {other[:12]} is under way: one at a time")
    return None
