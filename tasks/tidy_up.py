"""Ends a run: nothing is left behind on GitHub, and Prefect's UI shows what came of it."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import prefect
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed, Failed

from shiploop.bootstrap import services
from shiploop.domain.delivery import messages
from shiploop.domain.delivery.checks import ChecksState, ChecksVerdict
from shiploop.domain.delivery.pull_request import PullRequestState
from shiploop.domain.delivery.task import FailureKind, Outcome, Status, Task, Waiting, failed
from shiploop.domain.timestamps import iso_ms
from shiploop.errors import ShiploopError
from tasks.shared.durability import RETRIED, on_first_attempt


def outcome_of(error: ShiploopError, task: Task) -> Outcome:
    """The outcome of a run that an error has ended; a merge that was made stays in it."""
    return failed(error.failure_kind, str(error), task.merge)


def outcome_of_checks(checks: ChecksVerdict) -> Outcome:
    """The outcome of a run whose checks are red, or were pending still at its deadline."""
    if checks.state is ChecksState.RED:
        return failed(FailureKind.CI_FAILED, f"checks failed: {', '.join(checks.failed)}")
    awaited = f"the checks, and {', '.join(checks.missing)}," if checks.missing else "the checks"
    return failed(FailureKind.CI_TIMEOUT, f"{awaited} had not ended by the deadline")


@prefect.task(name="tidy-up", **RETRIED)
def tidy_up(task: Task, outcome: Outcome) -> None:
    """Tell the pull request why it ended, and delete the branch that nobody needs any more."""
    now = datetime.now(UTC)
    services().tasks.note(task.task_id, now, ended_at=iso_ms(now))
    record = services().tasks.read(task.task_id)
    pr_url = record.pr_url if record else None
    flaky_checks = record.flaky_checks if record else None
    _tidy_branch(task, outcome, pr_url)
    create_markdown_artifact(messages.summary(task, outcome, pr_url, flaky_checks), key="task")


def end_run(task: Task, ended: Outcome | Waiting) -> State[Any]:
    """End the run of a task; of one that waits nothing is tidied up."""
    if isinstance(ended, Waiting):
        return Completed(name="Waiting", message=ended.reason, data=ended)
    tidy_up(task, ended, return_state=True)  # the outcome stands, tidied up or not
    return conclude(ended)


def conclude(outcome: Outcome) -> State[Outcome]:
    """The outcome as Prefect shows it: red for an error, with its kind as the state's name."""
    if outcome.failure_kind is FailureKind.CANCELLED:
        return Cancelled(message=outcome.reason, data=outcome)
    if outcome.status is Status.ERROR:
        return Failed(name=str(outcome.failure_kind), message=outcome.reason, data=outcome)
    return Completed(name=outcome.status.capitalize(), message=outcome.reason, data=outcome)


def _tidy_branch(task: Task, outcome: Outcome, pr_url: str | None) -> None:
    # An attempt that died may have opened one before somebody else's change was the same.
    if outcome.status is Status.DECLINED and on_first_attempt() and pr_url is None:
        return
    branch = messages.branch_name(task)
    if outcome.merge is None and not _close_pull_request(branch, outcome):
        return
    services().github.delete_branch(branch)


def _close_pull_request(branch: str, outcome: Outcome) -> bool:
    """Close what was not merged; False when the branch has to stay, for people to look at."""
    pull = services().github.find_pull_request(branch).pull
    if pull is None or pull.state is not PullRequestState.OPEN:
        return True
    red = outcome.failure_kind is FailureKind.CI_FAILED
    if red:
        services().github.label(pull.number, messages.CI_FAILED_LABEL)
    else:
        services().github.close_pull_request(pull.number)
    with suppress(ShiploopError):  # tried again it might be said twice, and it is not needed
        services().github.comment(pull.number, messages.closing_comment(outcome))
    return not red
