"""Merges a pull request whose checks are green, or says why not."""

import time
from datetime import UTC, datetime

from prefect import task

from shiploop.agents.faq.answering.answer import Answer
from shiploop.agents.faq.document.document import Entry
from shiploop.bootstrap import services
from shiploop.domain.delivery import messages
from shiploop.domain.delivery.adoption import holds_exactly
from shiploop.domain.delivery.checks import ChecksVerdict
from shiploop.domain.delivery.merge_gate import (
    Conflicted,
    MergeFacts,
    MergeIt,
    Refuse,
    Wait,
    decide_merge,
)
from shiploop.domain.delivery.provenance import signature_holds
from shiploop.domain.delivery.pull_request import (
    Mergeable,
    Proposal,
    PullRequest,
    PullRequestState,
)
from shiploop.domain.delivery.task import FailureKind, Merge, Outcome, Run, Stage, failed
from shiploop.domain.timestamps import iso_ms
from shiploop.errors import GitHubRefused, MergeNotReady
from tasks.shared.durability import RETRIED, on_first_attempt, remembered
from tasks.shared.entry import claim_of, entry_of, signing_keys
from tasks.shared.stage import enter_stage, raise_if_cancelled

_LOOK_AT_FREEZE_S = 0.5
_HEAD_MOVED = 409


@task(name="merge-pull-request", **RETRIED, **remembered("merge"))
def merge_pull_request(
    run: Run, answer: Answer, proposal: Proposal, checks: ChecksVerdict
) -> Merge | Conflicted | Outcome:
    """Merge what the gate lets through, pinned to the head that was checked."""
    # Looked for first: neither a deadline nor a cancellation undoes a merge.
    if not on_first_attempt() and (merge := merged_already(run)):
        return merge
    enter_stage(run, Stage.MERGING)
    match _decide_when_thawed(run, answer, proposal, checks):
        case Refuse(reason):
            return failed(FailureKind.MERGE_REFUSED, reason)
        case Wait(reason):
            return failed(FailureKind.FROZEN, reason)
        case MergeIt(head_sha):
            return _merge(run, entry_of(run, answer), proposal.pull, head_sha)


def _merge(
    run: Run, entry: Entry, pull: PullRequest, head_sha: str
) -> Merge | Conflicted | Outcome:
    try:
        sha = services().github.merge(pull.number, head_sha, messages.commit_message(run))
    except GitHubRefused as refusal:
        if refusal.status == _HEAD_MOVED and not _moved_by_us(pull, entry):
            return failed(FailureKind.MERGE_REFUSED, "somebody else has pushed to the branch")
        return _after_refusal(run, pull, refusal)
    return _noted(run, Merge(sha, datetime.now(UTC)))


def _moved_by_us(pull: PullRequest, entry: Entry) -> bool:
    """True when a paused runner of ours has made the same edit on a newer base."""
    written = services().github.find_pull_request(pull.head_ref).written
    return written is not None and holds_exactly(written, entry)


def _after_refusal(
    run: Run, pull: PullRequest, refusal: GitHubRefused
) -> Merge | Conflicted | Outcome:
    now = services().github.find_pull_request(pull.head_ref).pull
    if now is not None and (merge := _merge_of(now)):
        return _noted(run, merge)
    if now is not None and (now.state is PullRequestState.CLOSED or now.number != pull.number):
        # Another one on our branch is somebody else's: we open one only where there is none.
        return failed(FailureKind.MERGE_REFUSED, "somebody has closed the pull request")
    if now is not None and (
        now.mergeable is Mergeable.CONFLICTING or now.head_sha != pull.head_sha
    ):
        return Conflicted()
    raise MergeNotReady(str(refusal)) from refusal


def merged_already(run: Run) -> Merge | None:
    """The merge of the task's pull request, when an earlier attempt got so far."""
    now = services().github.find_pull_request(messages.branch_name(run.task_id)).pull
    merge = _merge_of(now) if now is not None else None
    return _noted(run, merge) if merge else None


def _merge_of(pull: PullRequest) -> Merge | None:
    if pull.merge_sha is None or pull.merged_at is None:
        return None
    return Merge(pull.merge_sha, pull.merged_at)


def _decide_when_thawed(
    run: Run, answer: Answer, proposal: Proposal, checks: ChecksVerdict
) -> MergeIt | Wait | Refuse:
    while True:
        decision = decide_merge(_facts(run, answer, proposal, checks))
        if not isinstance(decision, Wait) or datetime.now(UTC) >= run.deadline_at:
            return decision
        raise_if_cancelled(run)
        time.sleep(_LOOK_AT_FREEZE_S)


def _facts(run: Run, answer: Answer, proposal: Proposal, checks: ChecksVerdict) -> MergeFacts:
    pull = proposal.pull
    signature = messages.signature_in(pull.body)
    return MergeFacts(
        state=pull.state,
        signature_holds=signature_holds(signing_keys(), claim_of(run, answer), signature),
        author=pull.author,
        our_login=proposal.our_login,
        paths=pull.paths,
        document_is_parent_plus_entry=proposal.document_is_ours,
        head_sha=pull.head_sha,
        written_sha=proposal.written_sha,
        checks=checks,
        freeze=services().freeze.reason(),
    )


def _noted(run: Run, merge: Merge) -> Merge:
    now = datetime.now(UTC)
    merged_at = iso_ms(merge.merged_at)
    services().tasks.note(
        run.task_id, now, state="merged", merge_sha=merge.sha, merged_at=merged_at
    )
    return merge
