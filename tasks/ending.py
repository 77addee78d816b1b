"""Ends a run: nothing is left behind on GitHub, and Prefect's UI shows what came of it."""

import logging
from datetime import UTC, datetime

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed, Failed

from shiploop.bootstrap import services
from shiploop.domain import messages
from shiploop.domain.pull_request import PullRequest
from shiploop.domain.run import FailureKind, Outcome, Run, Status, failed
from shiploop.domain.timestamps import iso_ms
from shiploop.errors import (
    DeadlinePassed,
    GitHubNotFound,
    GitHubRateLimited,
    GitHubRefused,
    GitHubUnauthorized,
    GitHubUnavailable,
    GitHubUncertain,
    MergeNotReady,
    MirrorUnavailable,
    RepositoryUnusable,
    ShiploopError,
    TaskCancelled,
)

log = logging.getLogger(__name__)

_KINDS: dict[type[ShiploopError], FailureKind] = {
    DeadlinePassed: FailureKind.DEADLINE,
    TaskCancelled: FailureKind.CANCELLED,
    MergeNotReady: FailureKind.MERGE_REFUSED,
    RepositoryUnusable: FailureKind.MERGE_REFUSED,
    GitHubUnavailable: FailureKind.GITHUB,
    GitHubUncertain: FailureKind.GITHUB,
    GitHubRateLimited: FailureKind.GITHUB,
    GitHubUnauthorized: FailureKind.GITHUB,
    GitHubNotFound: FailureKind.GITHUB,
    GitHubRefused: FailureKind.GITHUB,
    MirrorUnavailable: FailureKind.GITHUB,
}


def outcome_of(error: ShiploopError) -> Outcome:
    """The outcome of a run that an error has ended before the merge."""
    return failed(_KINDS.get(type(error), FailureKind.CRASHED), str(error))


@task(name="tidy-up")
def tidy_up(run: Run, outcome: Outcome) -> None:
    """Tell the pull request why it ended, and delete the branch that nobody needs any more."""
    now = datetime.now(UTC)
    services().tasks.note(run.task_id, now, ended_at=iso_ms(now))
    try:
        _tidy_branch(run, outcome)
    except ShiploopError as error:
        # The outcome stands whether or not the branch could be tidied.
        log.warning("trace_id=%s was not tidied up: %s", run.task_id, error)
    pr_url = (services().tasks.read(run.task_id) or {}).get("pr_url")
    create_markdown_artifact(messages.summary(run, outcome, pr_url), key="faq-task")


def conclude(outcome: Outcome) -> State[Outcome]:
    """The outcome as Prefect shows it: red for an error, with its kind as the state's name."""
    if outcome.failure_kind is FailureKind.CANCELLED:
        return Cancelled(message=outcome.reason, data=outcome)
    if outcome.status is Status.ERROR:
        return Failed(name=str(outcome.failure_kind), message=outcome.reason, data=outcome)
    return Completed(name=outcome.status.capitalize(), message=outcome.reason, data=outcome)


def _tidy_branch(run: Run, outcome: Outcome) -> None:
    branch = messages.branch_name(run.task_id)
    if outcome.merge is None and outcome.status is Status.ERROR:
        pull = services().github.find_pull_request(branch).pull
        if pull is None or pull.state != "OPEN":
            return
        _say_why(pull, outcome)
        if outcome.failure_kind is FailureKind.CI_FAILED:
            return
        services().github.close_pull_request(pull.number)
    if outcome.status is not Status.DECLINED:
        services().github.delete_branch(branch)


def _say_why(pull: PullRequest, outcome: Outcome) -> None:
    services().github.comment(pull.number, messages.closing_comment(outcome))
    if outcome.failure_kind is FailureKind.CI_FAILED:
        services().github.label(pull.number, messages.CI_FAILED_LABEL)
