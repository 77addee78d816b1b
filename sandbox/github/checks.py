"""Check suites and check runs as they are made, start and end.

Source: https://docs.github.com/en/rest/checks/runs
"""

from collections.abc import Iterable

from sandbox.github import webhooks
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
    suite.runs = [CheckRun(github.next_id(), suite, name, now) for name in jobs]
    repository.suites[head_sha].append(suite)
    for run in suite.runs:
        webhooks.check_run(github, run, "created")
    return suite


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
    if all(other.status == "completed" for other in run.suite.runs):
        webhooks.check_suite(github, run.suite)


def cancel_suite(github: GitHub, suite: CheckSuite) -> None:
    """Stop a suite's jobs; those that have not ended end as cancelled."""
    suite.cancelled.set()
    for run in suite.runs:
        complete_run(github, run, "cancelled")
