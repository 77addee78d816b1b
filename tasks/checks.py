"""Waits until the required checks of a head commit have all concluded."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import prefect

from shiploop.bootstrap import services
from shiploop.domain.delivery.checks import (
    ChecksState,
    ChecksVerdict,
    decide_checks,
    would_be_decided,
)
from shiploop.domain.delivery.pull_request import OwnPullRequest
from shiploop.domain.delivery.task import Stage, Task
from tasks.shared.durability import RETRIED
from tasks.shared.stage import enter_stage, raise_if_cancelled

_LOOK_AGAIN_S = 1.0  # for a cancellation, and for facts whose news was lost with Redis


@prefect.task(name="wait-for-checks", **RETRIED)
def wait_for_checks(task: Task, own: OwnPullRequest) -> ChecksVerdict:
    """Wait for green, red or a conflict; at the task's deadline it may still be pending."""
    enter_stage(task, Stage.CHECKING)
    return await_checks(
        own.pull.id,
        own.written_sha,
        own.required_checks,
        task.deadline_at,
        on_look=lambda: raise_if_cancelled(task),
    )


def await_checks(
    pull_id: str,
    sha: str,
    required: tuple[str, ...],
    deadline: datetime,
    on_look: Callable[[], None] = lambda: None,
) -> ChecksVerdict:
    """Wait for the required checks of one head; at the deadline they may still be pending."""
    required = required or services().settings.required_checks
    with services().facts.watching(sha) as news, services().check_poll.covering(pull_id, sha):
        while True:
            news.clear()
            known = services().facts.known(sha)
            verdict = decide_checks(required, known.conclusions, conflicting=known.conflicting)
            if would_be_decided(required, known.conclusions, known.told_conclusions):
                services().check_poll.confirm(pull_id, sha)
            if verdict.state is not ChecksState.PENDING or not _wait(deadline, news):
                return verdict
            on_look()


def _wait(deadline: datetime, news: threading.Event) -> bool:
    left_s = (deadline - datetime.now(UTC)).total_seconds()
    if left_s <= 0:
        return False
    news.wait(min(left_s, _LOOK_AGAIN_S))
    return True
