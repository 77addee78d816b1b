"""What others have pushed onto our branch: followed where it is a formatter's work, and no more."""

import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from shiploop.bootstrap import services
from shiploop.domain.delivery.adoption import holds_exactly
from shiploop.domain.delivery.change import Files, MergedChange, Proposal
from shiploop.domain.delivery.formatting import (
    Push,
    why_not_followed,
    why_not_ours,
    why_not_undone,
)
from shiploop.domain.delivery.pull_request import Found, OwnPullRequest, Written
from shiploop.domain.delivery.task import FailureKind, Outcome, failed
from tasks.shared.change import edit_of

# A formatter begins with the checks, and pushes when they are red or soon after.
_PUSHES_WITHIN = timedelta(seconds=30)
_LOOK_AGAIN_S = 0.5


def is_pushed_onto(own: OwnPullRequest) -> bool:
    """True where formatters may push, and a commit that is none of ours stands at the head."""
    if not services().settings.formatters:
        return False
    head_sha = services().check_poll.moved_to(own.pull.id, own.written_sha)
    return head_sha is not None and head_sha not in own.heads


def await_push(own: OwnPullRequest, deadline: datetime) -> bool:
    """Wait for the push of a formatter, for a while: of what it mends the checks are red."""
    if not services().settings.formatters:
        return False
    patient_until = min(deadline, datetime.now(UTC) + _PUSHES_WITHIN)
    with services().check_poll.covering(own.pull.id, own.written_sha):
        while not is_pushed_onto(own):
            if datetime.now(UTC) >= patient_until:
                return False
            time.sleep(_LOOK_AGAIN_S)
    return True


def adopt_push(
    proposal: Proposal, own: OwnPullRequest, found: Found
) -> OwnPullRequest | Outcome | None:
    """The pull request with a formatter's commit as its head, or why the task ends.

    None where there is nothing to follow: no formatter is set, or all commits are our own.
    """
    written = found.written
    if not services().settings.formatters or written is None or written.head_sha in own.heads:
        return None
    if holds_exactly(written, edit_of(proposal)):
        return None  # another runner of ours was here
    if (reason := _why_not(proposal, own, written)) is not None:
        return failed(FailureKind.MERGE_REFUSED, reason)
    return replace(
        own,
        pull=replace(own.pull, head_sha=written.head_sha),
        written_sha=written.head_sha,
        edit=own.edit + 1,
        earlier_heads=own.heads,
        pushes=own.pushes + 1,
    )


def _why_not(proposal: Proposal, own: OwnPullRequest, written: Written) -> str | None:
    formatters, method = services().settings.formatters, services().rules.known().method
    push = services().commits.pushed(own.written_sha, written.head_sha)
    reason = why_not_followed(push, formatters, own.paths, own.pushes, method)
    if reason is not None or push is None:
        return reason
    ours, pushed = (
        _texts(own.written_sha, own.paths),
        {each: written.files[each] for each in own.paths},
    )
    return why_not_ours(push, ours, pushed) or _why_not_undone(push, own, ours, pushed)


def _why_not_undone(push: Push, own: OwnPullRequest, ours: Files, pushed: Files) -> str | None:
    undo = services().agents.undo
    before = _texts(push.parent_sha, own.paths)
    return why_not_undone(
        push,
        undo(MergedChange(before, ours), ours),
        undo(MergedChange(before, pushed), pushed),
        before,
    )


def _texts(sha: str, paths: Iterable[str]) -> Files:
    return {path: services().commits.text(sha, path) for path in paths}
