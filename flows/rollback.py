"""The rollback: takes merges back, proves that production is well without them, tells people."""

from typing import Annotated, Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed
from pydantic import Field

from shiploop.domain.delivery.checks import ChecksState
from shiploop.domain.delivery.merge_gate import Conflicted
from shiploop.domain.production.live import NotLive
from shiploop.domain.production.rollback import Reverted, RollbackCase, RollbackStatus
from shiploop.domain.production.rollback_ending import Ending, Refused, Stuck
from shiploop.errors import ShiploopError
from tasks.approval import person_approves
from tasks.incident import end_incident
from tasks.pull_request import read_base
from tasks.revert import (
    merge_rollback,
    open_rollback,
    wait_for_rollback_checks,
    wait_until_rolled_back,
)
from tasks.rollback_case import announce, open_case
from tasks.rollback_end import (
    file_issue,
    propose_reapply,
    rollback_state,
    settle_rollback,
    tell_end,
    verify_rollback,
)

MOST_EDITS = 10  # each costs a run of the fast lane; merges are frozen, but for people's

MergeSha = Annotated[str, Field(description="The merge to take back, its whole sha.")]
TaskId = Annotated[str, Field(description="Or the task whose merge is to be taken back.")]
Reason = Annotated[str, Field(max_length=500, description="Why, for those who are told of it.")]


@flow(name="rollback", persist_result=True, result_serializer="json")
def rollback(
    merge_sha: MergeSha = "", task_id: TaskId = "", reason: Reason = "asked for by a person"
) -> State[Any]:
    """Take a merge back with all that came with it, and see production healthy again."""
    case = open_case(merge_sha, task_id, reason)
    if isinstance(case, Refused):
        return Completed(name="Refused", message=case.reason)
    if case.needs_approval and not person_approves(case):
        ending = Ending(RollbackStatus.DECLINED, "a person has declined it")
    else:
        announce(case)
        ending = take_back(case)
    settle_rollback(case, ending)
    file_issue(case, ending, return_state=True)  # filed or not, people are told
    tell_end(case, ending)
    if ending.status is RollbackStatus.HEALTHY:
        end_incident()  # what breaks next is another one, even before the next health check
        if ending.reverted is not None:
            propose_reapply(case, ending.reverted, return_state=True)  # a courtesy
    return rollback_state(ending)


def take_back(case: RollbackCase) -> Ending:
    """Merge the inverse, see it live, and judge production again."""
    try:
        reverted = merge_when_green(case)
        if isinstance(reverted, Stuck):
            return Ending(RollbackStatus.STUCK, reverted.reason)
        live = wait_until_rolled_back(case, reverted)
        if isinstance(live, NotLive):
            reason = f"the rollback was merged and never went live: {live.reason}"
            return Ending(RollbackStatus.UNHEALTHY, reason, reverted)
        return verify_rollback(case, reverted, live)
    except ShiploopError as error:
        return Ending(RollbackStatus.STUCK, str(error))


def merge_when_green(case: RollbackCase) -> Reverted | Stuck:
    """Merge as soon as the fast lane is green; on a conflict, compute the inverse again."""
    for _ in range(MOST_EDITS):
        base = read_base()
        pull = open_rollback(case, base)
        if isinstance(pull, Reverted | Stuck):
            return pull
        checks = wait_for_rollback_checks(case, pull, base)
        match checks.state:
            case ChecksState.RED:
                return Stuck(f"checks of the rollback failed: {', '.join(checks.failed)}")
            case ChecksState.PENDING:
                return Stuck("the checks of the rollback had not ended by its deadline")
            case ChecksState.GREEN:
                merged = merge_rollback(case, pull)
            case ChecksState.CONFLICTING | ChecksState.MOVED:
                merged = Conflicted()
        if not isinstance(merged, Conflicted):
            return merged
    return Stuck(f"main changed at the same place {MOST_EDITS} times")
