"""Waits until the required checks of a head commit have all concluded."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import prefect

from shiploop.bootstrap import services
from shiploop.domain.delivery.checks import (
    NOTHING_KNOWN,
    ChecksState,
    ChecksVerdict,
    decide_checks,
    require,
    would_be_decided,
)
from shiploop.domain.delivery.pull_request import Base, OwnPullRequest
from shiploop.domain.delivery.required_deployments import with_deployments, would_be_deployed
from shiploop.domain.delivery.reruns import Rerun, flaky_names
from shiploop.domain.delivery.task import Stage, Task
from shiploop.errors import ChecksUnreadable
from tasks.shared.durability import RETRIED
from tasks.shared.formatters import await_push, is_pushed_onto
from tasks.shared.reruns import settle_red
from tasks.shared.stage import enter_stage, raise_if_cancelled

_LOOK_AGAIN_S = 1.0  # for a cancellation, and for facts whose news was lost with Redis
# What GitHub hides it may show a moment later: its own time-outs are null as well.
_HIDDEN_FOR_S = 10.0


@prefect.task(name="wait-for-checks", **RETRIED)
def wait_for_checks(task: Task, own: OwnPullRequest) -> ChecksVerdict:
    """Wait for green, red, a conflict or another head; at the deadline it may still be pending."""
    enter_stage(task, Stage.CHECKING)

    def is_moved() -> bool:
        raise_if_cancelled(task)
        return is_pushed_onto(own)

    verdict = await_checks(own.pull.id, own.written_sha, own, task.deadline_at, is_moved)
    if verdict.state is ChecksState.RED and await_push(own, task.deadline_at):
        return ChecksVerdict(ChecksState.MOVED)
    if verdict.flaky:
        flaky_checks = ", ".join(verdict.flaky)
        services().tasks.note(task.task_id, datetime.now(UTC), flaky_checks=flaky_checks)
    return verdict


def await_checks(
    pull_id: str,
    sha: str,
    rules: Base | OwnPullRequest,
    deadline: datetime,
    is_moved: Callable[[], bool] = lambda: False,
) -> ChecksVerdict:
    """Wait for the required checks of one head; at the deadline they may still be pending.

    `rules` tell which are required; a head that `is_moved` is waited for no more. Raises
    ChecksUnreadable when GitHub hides some of them.
    """
    names = services().settings.required_beside(rules.required_checks)
    required = require(names, rules.expected_apps)
    facts, poll, standing = services().facts, services().check_poll, _Standing()
    environments = services().rules.known().deployments
    with facts.watching(sha) as news, poll.covering(pull_id, sha, deployed=bool(environments)):
        if earlier := facts.known(sha).reads:
            # What an earlier attempt of this step has read may be otherwise by now.
            poll.confirm(pull_id, sha)
        while True:
            news.clear()
            known = facts.known(sha)
            checks = known.checks if known.reads > earlier else NOTHING_KNOWN
            verdict = decide_checks(required, checks, conflicting=known.conflicting)
            verdict = with_deployments(verdict, environments, known.deployed)
            if would_be_decided(required, checks, known.told_checks) or would_be_deployed(
                verdict, known.deployed, known.told_deploy_states
            ):
                poll.confirm(pull_id, sha)
            final = _settle(sha, verdict, known.reruns, standing.for_s(verdict))
            if final is not None or not _wait(deadline, news):
                return final or verdict
            if is_moved():
                return ChecksVerdict(ChecksState.MOVED)


class _Standing:
    """For how long a verdict has stood as it is."""

    def __init__(self) -> None:
        self._verdict: ChecksVerdict | None = None
        self._since = time.monotonic()

    def for_s(self, verdict: ChecksVerdict) -> float:
        """Seconds since it was another one."""
        if verdict != self._verdict:
            self._verdict, self._since = verdict, time.monotonic()
        return time.monotonic() - self._since


def _settle(
    sha: str, verdict: ChecksVerdict, reruns: tuple[Rerun, ...], stood_s: float
) -> ChecksVerdict | None:
    """The verdict where nothing changes it any more, None where it is worth waiting."""
    match verdict.state:
        case ChecksState.GREEN:
            return replace(verdict, flaky=flaky_names(reruns))
        case ChecksState.CONFLICTING | ChecksState.MOVED:
            return verdict
        case ChecksState.RED if not verdict.red:
            return verdict  # a deployment: nothing of it is run again
        case ChecksState.RED:
            return settle_red(sha, verdict, reruns, stood_s)
        case ChecksState.PENDING if verdict.obstacle and stood_s >= _HIDDEN_FOR_S:
            raise ChecksUnreadable(verdict.obstacle)
        case ChecksState.PENDING:
            return None


def _wait(deadline: datetime, news: threading.Event) -> bool:
    left_s = (deadline - datetime.now(UTC)).total_seconds()
    if left_s <= 0:
        return False
    news.wait(min(left_s, _LOOK_AGAIN_S))
    return True
