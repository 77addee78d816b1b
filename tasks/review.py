"""A person decides on what is suggested: the task is parked until one has, and read again then."""

from dataclasses import replace
from datetime import UTC, datetime

import prefect
from prefect import runtime
from prefect.cache_policies import NO_CACHE

from shiploop.bootstrap import services
from shiploop.domain.delivery.pull_request import Base, OwnPullRequest
from shiploop.domain.delivery.review import Approved, Closed, Undecided
from shiploop.domain.delivery.rule_fates import review_asked_for
from shiploop.domain.delivery.task import (
    EXPIRED,
    REJECTED,
    Merge,
    Outcome,
    Task,
    Waiting,
    declined,
)
from tasks.shared.durability import RETRIED
from tasks.shared.merge import record_merge
from tasks.shared.review import park, read_decision
from tasks.shared.stage import raise_if_cancelled


def heed_people(
    task: Task, own: OwnPullRequest, base: Base
) -> OwnPullRequest | Merge | Waiting | Outcome:
    """The pull request to go on with; where a person has to decide, what that has come to."""
    asked = review_asked_for(services().rules.known())
    if not own.needs_review and asked is None and task.waits == 0:
        return own
    if task.waits == 0 and runtime.flow_run.run_count <= 1:  # nobody can have seen it
        if asked is not None:
            return park(own, asked.reason, asked.waiting_for)
        return park(own, "it was just suggested")
    return heed_review(task, own, base)


@prefect.task(name="heed-review", cache_policy=NO_CACHE, **RETRIED)  # it is asked anew each time
def heed_review(
    task: Task, own: OwnPullRequest, base: Base
) -> OwnPullRequest | Merge | Waiting | Outcome:
    """Read what people have said of a suggestion, and whether it goes on."""
    raise_if_cancelled(task)
    own = _caught_up(task, own, base)
    said, decision = read_decision(task, own)
    match decision:
        case Merge():
            return record_merge(task, decision)
        case Closed():
            return declined(REJECTED)
        case Approved():
            # Somebody may have pushed to it: the gate has to see what stands there now.
            return replace(own, pull=replace(own.pull, head_sha=said.head_sha))
        case Undecided(reason, waiting_for):
            return declined(EXPIRED) if _has_expired(task) else park(own, reason, waiting_for)


def _caught_up(task: Task, own: OwnPullRequest, base: Base) -> OwnPullRequest:
    """As it was left when the task was parked: its edit may have been made again before that."""
    own = replace(
        own,
        required_checks=base.required_checks,
        expected_apps=base.expected_apps,
    )
    record = services().tasks.read(task.task_id)
    heads = record.heads if record else ()
    if not heads or heads == own.heads:
        return own
    *earlier, newest = heads
    return replace(own, written_sha=newest, earlier_heads=tuple(earlier), edit=len(heads))


def _has_expired(task: Task) -> bool:
    record = services().tasks.read(task.task_id)
    expires_at = record.expires_at if record else None
    return expires_at is not None and expires_at <= datetime.now(UTC)
