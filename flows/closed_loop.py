"""The closed loop: a question becomes a verified answer in production."""

from typing import Annotated, Any

from prefect import flow
from prefect.client.schemas.objects import State
from pydantic import Field

from shiploop.agents.faq.answering.answer import Answer, Declined
from shiploop.domain.delivery.checks import ChecksState
from shiploop.domain.delivery.merge_gate import Conflicted
from shiploop.domain.delivery.messages import decline_reason
from shiploop.domain.delivery.pull_request import Base, Proposal
from shiploop.domain.delivery.task import FailureKind, Merge, Outcome, Run, declined, done, failed
from shiploop.errors import ShiploopError
from tasks.answer import draft_answer
from tasks.checks import wait_for_checks
from tasks.deploy import wait_until_live
from tasks.ending import conclude, outcome_of, outcome_of_checks, tidy_up
from tasks.health import verify_live_entry
from tasks.incident import report_never_live
from tasks.merge import merge_pull_request
from tasks.pull_request import open_pull_request, read_base, rebuild_pull_request
from tasks.reaction import react_to_deploy
from tasks.run import begin_run
from tasks.shared.duplicate import answered_already
from tasks.verdict import begin_baseline, judge_deploy, wait_for_baseline

MOST_EDITS = 25  # each costs a run of CI; a burst onto a small FAQ needs a few

Question = Annotated[
    str, Field(min_length=1, max_length=500, description="What the FAQ should answer.")
]


@flow(name="closed-loop", persist_result=True, result_serializer="json")
def closed_loop(question: Question) -> State[Any]:
    """Answer a question in the FAQ, merge it when CI is green, and see it live."""
    run = begin_run()
    try:
        outcome = ship(run)
    except ShiploopError as error:
        outcome = outcome_of(error, run)
    tidy_up(run, outcome, return_state=True)  # the outcome stands, tidied up or not
    return conclude(outcome)


def ship(run: Run) -> Outcome:
    """Take one run down the road, as far as it goes."""
    reading = read_base.submit()  # while the answer is being written
    answer = draft_answer(run)
    if run.merge is not None and isinstance(answer, Answer):
        return see_live(run, answer, run.merge)
    base = reading.result()
    if (known := answered_already(run, answer, base)) is not None:
        return known
    if isinstance(answer, Declined):
        return declined(decline_reason(answer), answer.closest)
    proposal = open_pull_request(run, answer, base)
    if isinstance(proposal, Outcome):
        return proposal
    merge = merge_when_green(run, answer, proposal, base)
    return merge if isinstance(merge, Outcome) else see_live(run, answer, merge)


def merge_when_green(run: Run, answer: Answer, proposal: Proposal, base: Base) -> Merge | Outcome:
    """Merge as soon as the checks are green; on a conflict, make the edit again and repeat."""
    looking = begin_baseline()  # while CI runs: how production was before the merge
    for _ in range(MOST_EDITS):
        checks = wait_for_checks(run, proposal, base)
        match checks.state:
            case ChecksState.RED | ChecksState.PENDING:
                return outcome_of_checks(checks)
            case ChecksState.GREEN:
                wait_for_baseline(looking)
                merge = merge_pull_request(run, answer, proposal, checks)
            case ChecksState.CONFLICTING:
                merge = Conflicted()
        if not isinstance(merge, Conflicted):
            return merge
        proposal = rebuild_pull_request(run, answer, proposal)
    return failed(FailureKind.CONFLICT, f"main changed at the same place {MOST_EDITS} times")


def see_live(run: Run, answer: Answer, merge: Merge) -> Outcome:
    """Wait for the deploy, judge production with it, and look at it as a reader would."""
    try:
        live = wait_until_live(run, merge)
        if live is None:
            report_never_live(merge)
            return failed(FailureKind.NEVER_LIVE, "the merge did not go live in time", merge)
        broken = react_to_deploy(judge_deploy(run, live), merge)
        entry_url = verify_live_entry(run, answer) if broken is None else None
    except ShiploopError as error:
        return failed(FailureKind.UNVERIFIED, str(error), merge)
    if broken is not None:
        return broken
    if entry_url is None:
        return failed(FailureKind.UNVERIFIED, "the entry cannot be seen on the site", merge)
    return done(merge, entry_url)
