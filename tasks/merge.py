"""Merges a pull request whose checks are green, or says why not."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import prefect

from shiploop.bootstrap import services
from shiploop.domain.delivery import messages
from shiploop.domain.delivery.adoption import holds_exactly
from shiploop.domain.delivery.change import Proposal
from shiploop.domain.delivery.checks import ChecksVerdict
from shiploop.domain.delivery.formatting import SOMEBODY_ELSE
from shiploop.domain.delivery.merge_gate import (
    Conflicted,
    MergeFacts,
    MergeIt,
    Park,
    Refuse,
    Wait,
    decide_merge,
    pointed_elsewhere,
)
from shiploop.domain.delivery.merge_queue import Left, LeftQueue
from shiploop.domain.delivery.merge_refusal import (
    AsksPeople,
    ByQueue,
    Forbidden,
    OtherMethod,
    Passing,
    read_refusal,
)
from shiploop.domain.delivery.provenance import signature_holds
from shiploop.domain.delivery.pull_request import (
    Mergeable,
    OwnPullRequest,
    PullRequest,
    PullRequestState,
)
from shiploop.domain.delivery.task import (
    FailureKind,
    Merge,
    Outcome,
    Stage,
    Task,
    Waiting,
    failed,
)
from shiploop.errors import DeadlinePassed, GitHubRefused, MergeNotReady, TaskCancelled
from tasks.shared.change import claim_of, edit_of, signing_keys, wording
from tasks.shared.durability import RETRIED, on_first_attempt, remembered
from tasks.shared.formatters import adopt_push
from tasks.shared.merge import merge_as_allowed, merged_already, record_merge
from tasks.shared.merge_queue import merge_queued
from tasks.shared.review import park, read_decision
from tasks.shared.stage import enter_stage, raise_if_cancelled

_LOOK_AT_FREEZE_S = 0.5
_HEAD_MOVED = 409


@prefect.task(name="merge-pull-request", **RETRIED, **remembered("merge", anew_after_wait=True))
def merge_pull_request(
    task: Task, proposal: Proposal, own: OwnPullRequest, checks: ChecksVerdict
) -> Merge | Conflicted | Waiting | Outcome:
    """Merge what the gate lets through, pinned to the head that was checked."""
    # Looked for first: neither a deadline nor a cancellation undoes a merge.
    if not on_first_attempt() and (merge := merged_already(task)):
        return merge
    enter_stage(task, Stage.MERGING)
    while True:
        match _decide_when_thawed(task, proposal, own, checks):
            case Refuse(reason):
                return failed(FailureKind.MERGE_REFUSED, reason)
            case Wait(reason):
                return failed(FailureKind.FROZEN, reason)
            case Park(reason, waiting_for):
                return park(own, reason, waiting_for)
            case MergeIt(head_sha):
                merged = _merge(task, proposal, own, head_sha)
        if not isinstance(merged, Wait):  # else it was frozen while it stood in a merge queue
            return merged


def _merge(
    task: Task, proposal: Proposal, own: OwnPullRequest, head_sha: str
) -> Merge | Conflicted | Waiting | Outcome | Wait:
    pull, message = own.pull, wording().of_commit(messages.commit_message(task, proposal))
    try:
        if services().rules.known().merge_queue:
            return _merge_queued(task, replace(pull, head_sha=head_sha))
        sha = merge_as_allowed(pull.number, head_sha, message)
    except GitHubRefused as refusal:
        if refusal.status == _HEAD_MOVED and (ended := _ended_by_push(task, proposal, own)):
            return ended
        return _after_refusal(task, own, refusal)
    return record_merge(task, Merge(sha, datetime.now(UTC)))


def _merge_queued(task: Task, pull: PullRequest) -> Merge | Conflicted | Outcome | Wait:
    match merge_queued(pull, partial(_why_leave, task)):
        case Merge() as merge:
            return record_merge(task, merge)
        case LeftQueue(Left.CONFLICTING):
            return Conflicted()
        case LeftQueue(Left.FROZEN, said):
            return Wait(said)
        case LeftQueue(Left.CANCELLED):
            raise TaskCancelled("cancelled on request")
        case LeftQueue(Left.DEADLINE):
            until = f"{task.deadline_at:%H:%M:%S} UTC"
            raise DeadlinePassed(f"the merge queue has not merged it by {until}, its deadline")
        case LeftQueue(why, said):
            return failed(why.failure_kind or FailureKind.MERGE_REFUSED, said)


def _why_leave(task: Task) -> Left | None:
    if services().tasks.cancellation_requested(task.task_id):
        return Left.CANCELLED
    if datetime.now(UTC) >= task.deadline_at:
        return Left.DEADLINE
    return Left.FROZEN if services().freeze.reason() is not None else None


def _ended_by_push(task: Task, proposal: Proposal, own: OwnPullRequest) -> Outcome | None:
    """The outcome where somebody else has pushed; None where the task goes on.

    A formatter may have, or a paused runner of ours that has made the same edit on a newer base.
    """
    paths = services().agents.reads(task)
    found = services().github.find_pull_request(own.pull.head_ref, paths)
    if found.written is not None and holds_exactly(found.written, edit_of(proposal)):
        return None
    adopted = adopt_push(proposal, own, found)
    if isinstance(adopted, OwnPullRequest):
        return None
    return adopted or failed(FailureKind.MERGE_REFUSED, SOMEBODY_ELSE)


def _after_refusal(
    task: Task, own: OwnPullRequest, refusal: GitHubRefused
) -> Merge | Conflicted | Waiting | Outcome:
    pull = own.pull
    now = services().github.find_pull_request(pull.head_ref).pull
    if now is not None and (merge := now.merge):
        return record_merge(task, merge)
    if now is not None and now.other_base is not None:
        return failed(FailureKind.MERGE_REFUSED, pointed_elsewhere(now.other_base))
    if now is not None and (now.state is PullRequestState.CLOSED or now.number != pull.number):
        # Another one on our branch is somebody else's: we open one only where there is none.
        return failed(FailureKind.MERGE_REFUSED, "somebody has closed the pull request")
    if now is not None and (
        now.mergeable is Mergeable.CONFLICTING or now.is_behind or now.head_sha != pull.head_sha
    ):
        return Conflicted()
    if now is not None and now.is_draft:
        return park(own, "somebody has made it a draft again")
    return _by_its_words(own, refusal)


def _by_its_words(own: OwnPullRequest, refusal: GitHubRefused) -> Waiting | Outcome:
    match read_refusal(refusal.status, str(refusal)):
        case AsksPeople(waiting_for):
            services().rules.disprove_bypass()
            return park(own, str(refusal), waiting_for)
        case ByQueue() if services().rules.look_again().merge_queue:
            raise MergeNotReady(str(refusal)) from refusal
        case Forbidden() | OtherMethod() | ByQueue():
            return failed(FailureKind.RULES, str(refusal))
        case Passing():
            raise MergeNotReady(str(refusal)) from refusal


def _decide_when_thawed(
    task: Task, proposal: Proposal, own: OwnPullRequest, checks: ChecksVerdict
) -> MergeIt | Wait | Park | Refuse:
    # Covered, because its base may be changed while it waits.
    with services().check_poll.covering(own.pull.id, own.written_sha):
        while True:
            facts = _facts(task, proposal, own, checks)
            decision = decide_merge(facts)
            if isinstance(decision, MergeIt) and (own.needs_review or task.waits):
                return _decide_with_review(task, own, facts)
            if not isinstance(decision, Wait) or datetime.now(UTC) >= task.deadline_at:
                return decision
            raise_if_cancelled(task)
            time.sleep(_LOOK_AT_FREEZE_S)


def _decide_with_review(
    task: Task, own: OwnPullRequest, facts: MergeFacts
) -> MergeIt | Wait | Park | Refuse:
    """Decide by what people say this moment; a draft that may go is made ready for the merge."""
    said, decision = read_decision(task, own)
    decided = decide_merge(replace(facts, review=decision))
    if isinstance(decided, MergeIt) and said.is_draft:
        services().reviews.mark_ready(own.pull.id)
    return decided


def _facts(
    task: Task, proposal: Proposal, own: OwnPullRequest, checks: ChecksVerdict
) -> MergeFacts:
    pull = own.pull
    signature = messages.signature_in(pull.body)
    return MergeFacts(
        state=pull.state,
        other_base=pull.other_base or services().facts.known(own.written_sha).other_base,
        signature_holds=signature_holds(signing_keys(), claim_of(task, proposal), signature),
        author=pull.author,
        our_login=own.our_login,
        paths=pull.paths,
        our_paths=own.paths,
        is_exact_edit=own.is_exact_edit,
        head_sha=pull.head_sha,
        written_sha=own.written_sha,
        checks=checks,
        freeze=services().freeze.reason(),
    )
