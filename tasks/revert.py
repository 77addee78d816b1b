"""Takes merges back: the pull request that undoes them on today's files, and its merge."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import prefect
from prefect.cache_policies import NO_CACHE

from shiploop.bootstrap import services
from shiploop.domain.delivery.checks import ChecksVerdict
from shiploop.domain.delivery.commit import CannotUndo, Changes
from shiploop.domain.delivery.merge_gate import Conflicted, pointed_elsewhere
from shiploop.domain.delivery.merge_queue import Left, LeftQueue
from shiploop.domain.delivery.merge_refusal import (
    AsksPeople,
    ByQueue,
    Forbidden,
    OtherMethod,
    Passing,
    read_refusal,
)
from shiploop.domain.delivery.pull_request import (
    Base,
    Found,
    Mergeable,
    PullRequest,
    PullRequestState,
)
from shiploop.domain.delivery.review import Approved, Closed, Undecided, decide_with_rules
from shiploop.domain.delivery.task import Merge
from shiploop.domain.delivery.template import fill_template
from shiploop.domain.production import rollback_messages as messages
from shiploop.domain.production import slack_messages
from shiploop.domain.production.live import Live, NotLive
from shiploop.domain.production.rollback import Reverted, RollbackCase, RollbackStatus
from shiploop.domain.production.rollback_ending import Stuck
from shiploop.errors import GitHubRefused, GitHubUncertain, MergeNotReady
from tasks.checks import await_checks
from tasks.rollback_case import note_progress
from tasks.shared.change import label_as_set, wording
from tasks.shared.durability import RETRIED
from tasks.shared.live_commit import await_live
from tasks.shared.merge import merge_as_allowed
from tasks.shared.merge_queue import merge_queued

_LOOK_AT_REVIEWS_S = 2.0
_CLOSED = "somebody has closed the rollback's pull request"


@prefect.task(
    name="open-rollback", cache_policy=NO_CACHE, **RETRIED
)  # after a conflict it is another
def open_rollback(case: RollbackCase, base: Base) -> PullRequest | Reverted | Stuck:
    """Open the pull request that undoes the suspects, or bring the one there is up to date."""
    branch = messages.rollback_branch(case.lead_sha, case.branch_prefix)
    found = services().github.find_pull_request(branch)
    if found.pull is not None and (reverted := _reverted(case, found.pull)):
        return reverted
    if found.pull is not None and (stuck := _stuck(found.pull)):
        return stuck
    changes = inverse(base.head_sha, case)
    if isinstance(changes, Stuck):
        return changes
    pull = _written(case, found, base, changes)
    label_as_set(pull.number)
    note_progress(case, RollbackStatus.REVERTING, rollback_pr_url=pull.url)
    return pull


@prefect.task(name="wait-for-rollback-checks", **RETRIED)
def wait_for_rollback_checks(case: RollbackCase, pull: PullRequest, base: Base) -> ChecksVerdict:
    """Wait for the fast lane; at the rollback's deadline it may still be pending."""
    return await_checks(pull.id, pull.head_sha, base, _deadline(case))


@prefect.task(name="merge-rollback", **RETRIED)
def merge_rollback(case: RollbackCase, pull: PullRequest) -> Reverted | Conflicted | Stuck:
    """Merge it, pinned to what was written. The freeze is for all others."""
    if (other_base := services().facts.known(pull.head_sha).other_base) is not None:
        return Stuck(pointed_elsewhere(other_base))
    try:
        if services().rules.known().merge_queue:
            return _merge_queued(case, pull)
        sha = merge_as_allowed(
            pull.number, pull.head_sha, wording().of_commit(messages.rollback_commit(case))
        )
    except GitHubRefused as refusal:
        return _after_refusal(case, pull, refusal)
    return _merged(case, pull, Merge(sha, datetime.now(UTC)))


def _merge_queued(case: RollbackCase, pull: PullRequest) -> Reverted | Conflicted | Stuck:
    """Have the queue merge it before all others, where our account may ask for that."""

    def why_leave() -> Left | None:
        return Left.DEADLINE if datetime.now(UTC) >= _deadline(case) else None

    match merge_queued(pull, why_leave, jump=True):
        case Merge() as merge:
            return _merged(case, pull, merge)
        case LeftQueue(Left.CONFLICTING):
            return Conflicted()
        case LeftQueue(Left.CLOSED, said):
            return Stuck(said)
        case LeftQueue(Left.DEADLINE):
            return Stuck(f"the merge queue has not merged {pull.url} in time: merge it by hand")
        case LeftQueue(_, said):
            return Stuck(f"{said}: merge {pull.url} by hand")


@prefect.task(name="wait-until-rolled-back", **RETRIED)
def wait_until_rolled_back(case: RollbackCase, reverted: Reverted) -> Live | NotLive:
    """What is live once the rollback is, or why it does not go live."""
    patience = timedelta(seconds=services().settings.deploy_deadline_s)
    live = await_live(reverted.merge_sha, reverted.merged_at + patience)
    if isinstance(live, Live):
        note_progress(case, RollbackStatus.VERIFYING)
    return live


def pull_opened_at(case: RollbackCase) -> datetime:
    """When the change was begun, which in approval is long after the decision."""
    rollback = services().rollbacks.read(case.lead_sha)
    begun = rollback.reached_at(RollbackStatus.REVERTING) if rollback else None
    return begun or case.decided_at


def _deadline(case: RollbackCase) -> datetime:
    patience = timedelta(seconds=services().settings.rollback_deadline_s)
    return max(case.decided_at, pull_opened_at(case)) + patience


def inverse(head_sha: str, case: RollbackCase) -> Changes | Stuck:
    """What undoes the suspects on the files at `head_sha`."""
    newest_first = [one.sha for one in reversed(case.suspects)]
    undone = services().history.undo(head_sha, newest_first, services().agents.undo)
    if isinstance(undone, CannotUndo):
        return Stuck(undone.reason)
    return undone or Stuck("nothing is left of these merges to take back")


def _written(case: RollbackCase, found: Found, base: Base, changes: Changes) -> PullRequest:
    branch = messages.rollback_branch(case.lead_sha, case.branch_prefix)
    message = wording().of_commit(messages.rollback_commit(case))
    github = services().github
    if found.pull is not None:
        # What stands on the branch may be older than main, or not ours: it is written anew.
        if found.written is None:
            raise GitHubUncertain(f"the branch {branch} is gone")
        temporary = f"{branch}-rebase"
        sha = github.rebuild_branch(base, found.written, temporary, changes, message)
        return replace(found.pull, head_sha=sha)
    github.delete_branch(branch)  # one without a pull request, that a crash left behind
    body = fill_template(base.template, messages.rollback_body(case))
    return github.open_pull_request(base, branch, changes, message, body)


def _after_refusal(
    case: RollbackCase, pull: PullRequest, refusal: GitHubRefused
) -> Reverted | Conflicted | Stuck:
    now = services().github.find_pull_request(pull.head_ref).pull
    if now is None:
        return Stuck(_CLOSED)
    if reverted := _reverted(case, now):
        return reverted
    if stuck := _stuck(now):
        return stuck
    if now.mergeable is Mergeable.CONFLICTING or now.is_behind or now.head_sha != pull.head_sha:
        return Conflicted()
    match read_refusal(refusal.status, str(refusal)):
        case AsksPeople():
            return _await_people(case, pull, str(refusal))
        case ByQueue() if services().rules.look_again().merge_queue:
            raise MergeNotReady(str(refusal)) from refusal
        case Forbidden() | OtherMethod() | ByQueue():
            return Stuck(f"{refusal}: merge {pull.url} by hand")
        case Passing():
            raise MergeNotReady(str(refusal)) from refusal


def _await_people(case: RollbackCase, pull: PullRequest, refusal: str) -> Reverted | Stuck:
    """Wait for the review that the rules ask for, until the rollback's deadline."""
    services().rules.disprove_bypass()
    text = slack_messages.rollback_waits(case, pull.url, refusal)
    services().notices.post(f"rollback-review-{case.lead_sha}", text)
    while datetime.now(UTC) < _deadline(case):
        said = services().reviews.read([pull.id]).get(pull.id)
        rules = services().rules.known()
        if said is None:
            return Stuck(_CLOSED)
        match decide_with_rules(said, [pull.head_sha], rules, suggested=False):
            case Merge() as merge:
                return _merged(case, pull, merge)
            case Closed():
                return Stuck(_CLOSED)
            case Approved():
                raise MergeNotReady(refusal)
            case Undecided():
                time.sleep(_LOOK_AT_REVIEWS_S)
    return Stuck(f"{refusal}: nobody has approved {pull.url} in time, so merge it by hand")


def _stuck(pull: PullRequest) -> Stuck | None:
    """What somebody has done to the rollback's pull request that keeps it from being merged."""
    if pull.other_base is not None:
        return Stuck(pointed_elsewhere(pull.other_base))
    return None if pull.state is PullRequestState.OPEN else Stuck(_CLOSED)


def _reverted(case: RollbackCase, pull: PullRequest) -> Reverted | None:
    return None if pull.merge is None else _merged(case, pull, pull.merge)


def _merged(case: RollbackCase, pull: PullRequest, merge: Merge) -> Reverted:
    services().rollbacks.note_merge(case.lead_sha, merge.sha)
    services().github.delete_branch(pull.head_ref)
    return Reverted(pull.url, pull.number, pull.head_sha, merge.sha, merge.merged_at)
