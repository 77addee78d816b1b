"""The closed loop: what was asked for becomes a verified change in production."""

from typing import Annotated, Any

from prefect import State, flow
from pydantic import Field

from shiploop.domain.delivery.change import Declined, Proposal
from shiploop.domain.delivery.checks import ChecksState
from shiploop.domain.delivery.merge_gate import Conflicted
from shiploop.domain.delivery.pull_request import OwnPullRequest
from shiploop.domain.delivery.task import FailureKind, Merge, Outcome, Result, Task, done, failed
from shiploop.domain.production.live import NotLive
from shiploop.errors import ShiploopError
from tasks.checks import wait_for_checks
from tasks.deploy import wait_until_live
from tasks.draft import begin_reading, decline, draft_change, find_already_there
from tasks.judge import begin_baseline, judge_deploy
from tasks.merge import merge_pull_request
from tasks.missing_deploy import react_to_missing_deploy
from tasks.pull_request import open_pull_request, rebuild_pull_request, refuse_by_rules
from tasks.reaction import react_to_deploy
from tasks.recall import begin_task
from tasks.review import heed_people
from tasks.sighting import verify_live_change
from tasks.tidy_up import end_run, outcome_of, outcome_of_checks

MOST_EDITS = 25  # each costs a run of CI; a burst onto a small file needs a few

Question = Annotated[str, Field(max_length=500, description="What the FAQ should answer.")]
Request = Annotated[dict[str, Any], Field(description="What is asked of that agent.")]


@flow(name="closed-loop", persist_result=True, result_serializer="json")
def closed_loop(
    question: Question = "", agent: str = "faq", request: Request | None = None
) -> State[Any]:
    """Ship the change that an agent proposes: merged when it may be, and seen live."""
    task = begin_task()  # it has been stored with what was asked, by whoever took it in
    try:
        ended = refuse_by_rules(task) or ship(task)
    except ShiploopError as error:
        ended = outcome_of(error, task)
    return end_run(task, ended)


def ship(task: Task) -> Result:
    """Take one task down the road, as far as it goes."""
    reading = begin_reading(task)  # while the change is being drafted
    drafted = draft_change(task)
    if task.merge is not None and isinstance(drafted, Proposal):
        return see_live(task, drafted, task.merge)
    base = reading.result()
    if (known := find_already_there(task, drafted, base)) is not None:
        return known
    if isinstance(drafted, Declined):
        return decline(drafted)
    opened = open_pull_request(task, drafted, base)
    reached = heed_people(task, opened, base) if isinstance(opened, OwnPullRequest) else opened
    if isinstance(reached, OwnPullRequest):
        reached = merge_when_green(task, drafted, reached)
    return see_live(task, drafted, reached) if isinstance(reached, Merge) else reached


def merge_when_green(task: Task, proposal: Proposal, own: OwnPullRequest) -> Merge | Result:
    """Merge as soon as the checks are green; on a conflict, make the edit again and repeat."""
    await_baseline = begin_baseline()  # while CI runs: how production was before the merge
    for _ in range(MOST_EDITS):
        match (checks := wait_for_checks(task, own)).state:
            case ChecksState.RED | ChecksState.PENDING:
                return outcome_of_checks(checks)
            case ChecksState.GREEN:
                await_baseline()
                merge = merge_pull_request(task, proposal, own, checks)
            case ChecksState.CONFLICTING | ChecksState.MOVED:
                merge = Conflicted()
        if not isinstance(merge, Conflicted):
            return merge
        rebuilt = rebuild_pull_request(task, proposal, own)
        if isinstance(rebuilt, Outcome):
            return rebuilt
        own = rebuilt
    return failed(FailureKind.CONFLICT, f"main changed at the same place {MOST_EDITS} times")


def see_live(task: Task, proposal: Proposal, merge: Merge) -> Outcome:
    """Wait for the deploy, judge production with it, and look at it as a reader would."""
    try:
        seen = wait_until_live(task, merge)
        live = react_to_missing_deploy(seen, merge) if isinstance(seen, NotLive) else seen
        if isinstance(live, Outcome):
            return live
        if (broken := react_to_deploy(judge_deploy(task, live), merge)) is not None:
            return broken
        entry_url = verify_live_change(proposal)
    except ShiploopError as error:
        return failed(FailureKind.UNVERIFIED, str(error), merge)
    if entry_url is None:
        return failed(FailureKind.UNVERIFIED, "the change cannot be seen on the site", merge)
    return done(merge, entry_url)
