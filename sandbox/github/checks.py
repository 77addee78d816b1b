"""Check suites and check runs as they are made, start and end.

Source: https://docs.github.com/en/rest/checks/runs
"""

from collections.abc import Iterable

from sandbox.github import check_states, webhooks
from sandbox.github.entities import CheckRun, CheckSuite, PullRequest, Repository
from sandbox.github.state import GitHub


def create_suite(
    github: GitHub,
    repository: Repository,
    *,
    workflow: str,
    event: str,
    head_branch: str,
    head_sha: str,
    jobs: Iterable[str],
    pull: PullRequest | None,
) -> CheckSuite:
    """Make a suite whose runs are all queued."""
    now = github.now()
    suite = CheckSuite(
        github.next_id(), repository, workflow, event, head_branch, head_sha, now, now, pull
    )
    repository.suites[head_sha].append(suite)
    for name in jobs:
        add_run(github, suite, name)
    return suite


def add_run(github: GitHub, suite: CheckSuite, name: str) -> CheckRun:
    """Make a queued check run."""
    run = CheckRun(github.next_id(), suite, name, github.now())
    suite.runs.append(run)
    webhooks.check_run(github, run, "created")
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
    webhooks.check_run(github, run, "completed")
    _tell_of_end(github, run.suite)


def cancel_suite(github: GitHub, suite: CheckSuite) -> None:
    """Stop a suite's jobs; those that do not run, and have not ended, end as cancelled."""
    suite.cancelled.set()
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


def _tell_of_end(github: GitHub, suite: CheckSuite) -> None:
    if check_states.suite_status(suite) == "completed":
        webhooks.check_suite(github, suite)
