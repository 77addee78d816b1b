"""Check suites and check runs as they are made, start and end.

Source: https://docs.github.com/en/rest/checks/runs
"""

from collections.abc import Collection, Iterable

from sandbox.github import check_states, commit_webhooks
from sandbox.github.accounts import Account
from sandbox.github.entities import (
    CheckRun,
    CheckSuite,
    PullRequest,
    Repository,
    WorkflowRun,
)
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.requirements import ACTIONS, App, RequiredCheck
from sandbox.github.state import GitHub

# Source: https://docs.github.com/en/rest/checks/runs#create-a-check-run
_MOST_OF_A_NAME = 1000


def create_suite(
    github: GitHub,
    repository: Repository,
    *,
    workflow_run: WorkflowRun,
    head_branch: str,
    head_sha: str,
    jobs: Iterable[str],
    pull: PullRequest | None,
) -> CheckSuite:
    """Make the suite of a workflow run, whose check runs are all queued."""
    suite = _suite(github, repository, ACTIONS, head_branch, head_sha)
    suite.pull, suite.workflow_run = pull, workflow_run
    for name in jobs:
        add_run(github, suite, name)
    return suite


def suite_of_app(github: GitHub, repository: Repository, app: App, head_sha: str) -> CheckSuite:
    """Return the suite that an app has on a commit; each has one.

    Source: https://docs.github.com/en/rest/guides/using-the-rest-api-to-interact-with-checks#about-check-suites
    """
    for suite in repository.suites[head_sha]:
        if suite.app == app and suite.workflow_run is None:
            return suite
    pull = next((each for each in repository.pulls.values() if each.head_sha == head_sha), None)
    suite = _suite(github, repository, app, pull.head_ref if pull else "", head_sha)
    suite.pull = pull
    return suite


def _suite(
    github: GitHub, repository: Repository, app: App, head_branch: str, head_sha: str
) -> CheckSuite:
    now = github.now()
    suite = CheckSuite(github.next_id(), repository, app, head_branch, head_sha, now, now)
    repository.suites[head_sha].append(suite)
    return suite


def add_run(github: GitHub, suite: CheckSuite, name: str) -> CheckRun:
    """Make a queued check run: of an app, the next attempt where there is one of its name."""
    of_that_name = [run for run in suite.runs if run.name == name]
    if len(of_that_name) >= _MOST_OF_A_NAME:
        message = f"A suite with more than {_MOST_OF_A_NAME} check runs of one name: not modelled"
        raise RefusedError(Reason.NOT_MODELLED, message)
    attempt = suite.workflow_run.attempt if suite.workflow_run else 1 + len(of_that_name)
    run = CheckRun(github.next_id(), suite, name, github.now(), attempt=attempt)
    suite.runs.append(run)
    suite.updated_at = github.now()
    commit_webhooks.check_run(github, run, "created")
    return run


def start_run(github: GitHub, run: CheckRun) -> None:
    """A runner has taken the job."""
    if run.status == "queued":
        run.status = "in_progress"
        run.started_at = run.suite.updated_at = github.now()


def complete_run(github: GitHub, run: CheckRun, conclusion: str, log: str = "") -> None:
    """The job is over; nothing changes its conclusion afterwards."""
    if run.status == "completed":
        return
    start_run(github, run)
    run.status, run.conclusion, run.log = "completed", conclusion, log
    run.completed_at = run.suite.updated_at = github.now()
    commit_webhooks.check_run(github, run, "completed")
    _tell_of_end(github, run.suite)


def cancel_suite(github: GitHub, suite: CheckSuite) -> None:
    """Stop a suite's jobs; those that do not run, and have not ended, end as cancelled."""
    suite.cancelled = True
    if suite.tells:
        return
    suite.may_grow = False
    for run in suite.runs:
        complete_run(github, run, "cancelled")


def end_suite(github: GitHub, suite: CheckSuite) -> None:
    """All that its workflow run had to say of its jobs has been said."""
    if suite.may_grow:
        suite.may_grow = suite.tells = False
        _tell_of_end(github, suite)


def fail_to_start(github: GitHub, suite: CheckSuite, reason: str) -> None:
    """End a suite whose workflow GitHub does not start: it has no check runs.

    Source: https://docs.github.com/en/rest/checks/suites
    """
    suite.startup_failure = reason
    suite.may_grow = False
    _tell_of_end(github, suite)


def rerun(github: GitHub, suite: CheckSuite, jobs: Collection[str] | None) -> None:
    """Run a workflow's jobs again, these or all: each has a new check run in the same suite.

    Source: https://docs.github.com/en/actions/how-tos/manage-workflow-runs/re-run-workflows-and-jobs
    """
    workflow_run = suite.workflow_run
    if workflow_run is None:
        raise RefusedError(Reason.NOT_FOUND, "Not Found")
    if check_states.suite_status(suite) != "completed":
        raise RefusedError(Reason.FORBIDDEN, "This workflow is already running")
    latest = check_states.latest_of_suite(suite)
    names = [run.name for run in latest if jobs is None or run.name in jobs]
    if not names:
        raise RefusedError(Reason.FORBIDDEN, "This workflow run cannot be retried")
    workflow_run.attempt += 1
    suite.cancelled = False
    for name in names:
        add_run(github, suite, name)
    suite.may_grow = True
    workflow_run.restart(frozenset(names))


def failed_jobs(suite: CheckSuite) -> frozenset[str]:
    """Return the jobs that have failed; those that were skipped because of them are run again."""
    latest = check_states.latest_of_suite(suite)
    failed = {run.name for run in latest if run.conclusion not in check_states.PASSING}
    skipped = {run.name for run in latest if run.conclusion == "skipped"}
    return frozenset(failed | skipped if failed else ())


def required(github: GitHub, asked: object, app_field: str) -> tuple[RequiredCheck, ...]:
    """Read a list of required checks; an app of -1 or none is any app.

    Source: https://docs.github.com/en/rest/branches/branch-protection#update-branch-protection
    """
    if not isinstance(asked, list) or not all(
        isinstance(each, dict) and isinstance(each.get("context"), str) for each in asked
    ):
        message = "Invalid request.\n\nRequired checks are an array of objects with a context."
        raise RefusedError(Reason.UNPROCESSABLE, message)
    return tuple(
        RequiredCheck(each["context"], _app_by_id(github, each.get(app_field))) for each in asked
    )


def _app_by_id(github: GitHub, number: object) -> App | None:
    if number in (None, -1):
        return None
    apps = [ACTIONS, *(app_of(github, bot) for bot in github.accounts.bots())]
    for app in apps:
        if app.id == number:
            return app
    raise RefusedError(Reason.UNPROCESSABLE, f"No GitHub App has the id {number}.")


def app_of(github: GitHub, account: Account) -> App:
    """Return the app that a bot acts for; only apps can report checks.

    Source: https://docs.github.com/en/rest/checks/runs#create-a-check-run
    """
    if account.kind != "Bot":
        raise RefusedError(Reason.FORBIDDEN, "You must authenticate via a GitHub App.")
    key = github.app_key
    is_ours = key is not None and account == github.accounts.app_bot()
    return App(key.app_id if key and is_ours else account.id, account.login.removesuffix("[bot]"))


def _tell_of_end(github: GitHub, suite: CheckSuite) -> None:
    if check_states.suite_status(suite) == "completed":
        commit_webhooks.check_suite(github, suite)
