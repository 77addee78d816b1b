"""What the checks of a commit mean for a merge.

Source: https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-protected-branches/about-protected-branches#require-status-checks-before-merging
"""

from collections.abc import Iterator
from typing import Literal

from sandbox.github.entities import CheckRun, CheckSuite, PullRequest, Repository

# Source: https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/about-status-checks
PASSING = frozenset({"success", "skipped", "neutral"})

RequiredState = Literal["passed", "failing", "in progress", "expected"]


def runs(repository: Repository, sha: str) -> Iterator[CheckRun]:
    """Return the check runs of a commit."""
    for suite in repository.suites.get(sha, ()):
        yield from suite.runs


def latest_runs(repository: Repository, sha: str) -> tuple[CheckRun, ...]:
    """Return the newest check run of each name."""
    return tuple({run.name: run for run in runs(repository, sha)}.values())


def required_states(repository: Repository, pull: PullRequest) -> dict[str, RequiredState]:
    """Return how each check that the base branch requires stands on the head commit."""
    protection = repository.protections.get(pull.base_ref)
    if protection is None:
        return {}
    by_name = {run.name: run for run in latest_runs(repository, pull.head_sha)}
    return {name: _required_state(by_name.get(name)) for name in protection.contexts}


def _required_state(run: CheckRun | None) -> RequiredState:
    if run is None:
        return "expected"
    if run.status != "completed":
        return "in progress"
    return "passed" if run.conclusion in PASSING else "failing"


def merge_state(repository: Repository, pull: PullRequest, mergeable: str) -> str:
    """Return GraphQL's `mergeStateStatus`.

    Source: https://docs.github.com/en/graphql/reference/enums#mergestatestatus
    """
    if mergeable == "UNKNOWN":
        return "UNKNOWN"
    if mergeable == "CONFLICTING":
        return "DIRTY"
    if pull.draft:
        return "DRAFT"
    if any(state != "passed" for state in required_states(repository, pull).values()):
        return "BLOCKED"
    if all(run.conclusion in PASSING for run in latest_runs(repository, pull.head_sha)):
        return "CLEAN"
    return "UNSTABLE"


def suite_status(suite: CheckSuite) -> str:
    """Return `queued`, `in_progress` or `completed`."""
    statuses = {run.status for run in suite.runs}
    if suite.may_grow:
        return "queued" if statuses <= {"queued"} else "in_progress"
    if statuses == {"queued"}:
        return "queued"
    return "completed" if statuses <= {"completed"} else "in_progress"


def suite_conclusion(suite: CheckSuite) -> str | None:
    """Return how a suite ended: as the worst of its runs; None before it has."""
    if suite_status(suite) != "completed":
        return None
    if suite.startup_failure is not None:
        return "startup_failure"
    conclusions = {run.conclusion for run in suite.runs}
    for conclusion in ("failure", "timed_out", "cancelled", "action_required", "success"):
        if conclusion in conclusions:
            return conclusion
    return "skipped"
