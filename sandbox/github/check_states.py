"""What the checks of a commit mean for a merge.

Source: https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-protected-branches/about-protected-branches#require-status-checks-before-merging
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Literal

from sandbox.github import merge_rules
from sandbox.github.commit_reports import CommitStatus
from sandbox.github.entities import CheckRun, CheckSuite, PullRequest, Repository
from sandbox.github.requirements import App, RequiredCheck

# Source: https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/about-status-checks
PASSING = frozenset({"success", "skipped", "neutral"})

RequiredState = Literal["passed", "failing", "in progress", "expected"]


def runs(repository: Repository, sha: str) -> Iterator[CheckRun]:
    """Return the check runs of a commit."""
    for suite in repository.suites.get(sha, ()):
        yield from suite.runs


def latest_runs(repository: Repository, sha: str) -> tuple[CheckRun, ...]:
    """Return the newest check run of each name in each suite."""
    suites = repository.suites.get(sha, ())
    return tuple(run for suite in suites for run in latest_of_suite(suite))


def latest_of_suite(suite: CheckSuite) -> tuple[CheckRun, ...]:
    """Return the newest attempt of each of a suite's check runs; several jobs may have a name."""
    newest = {run.name: run.attempt for run in suite.runs}
    return tuple(run for run in suite.runs if run.attempt == newest[run.name])


def latest_statuses(repository: Repository, sha: str) -> tuple[CommitStatus, ...]:
    """Return the newest status of each context; their case makes no difference."""
    of_commit = repository.statuses.get(sha, ())
    return tuple({each.context.casefold(): each for each in of_commit}.values())


def required_states(repository: Repository, pull: PullRequest) -> dict[str, RequiredState]:
    """Return how each check that the base branch requires stands on the head commit."""
    states = states_at(repository, pull.head_sha, pull.base_ref)
    return dict.fromkeys(states, "expected") if is_behind(repository, pull) else states


def states_at(repository: Repository, sha: str, branch: str) -> dict[str, RequiredState]:
    """Return how each check that a branch requires stands on a commit.

    Where a check run and a commit status have the name, both are required. Source:
    https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/troubleshooting-required-status-checks
    """
    runs_now = _newest_of_each_workflow(latest_runs(repository, sha))
    statuses_now = latest_statuses(repository, sha)
    reported: list[tuple[str, App | None, RequiredState]] = [
        *((run.name, run.suite.app, _state_of(run)) for run in runs_now),
        *((each.context, None, _STATES[each.state]) for each in statuses_now),
    ]
    states: dict[str, list[RequiredState]] = defaultdict(list)
    for required in required_checks(repository, branch):
        states[required.name].append(
            _taken_together(
                [
                    state
                    for name, app, state in reported
                    if name == required.name and required.app in (None, app)
                ]
            )
        )
    return {name: _taken_together(each) for name, each in states.items()}


def is_behind(repository: Repository, pull: PullRequest) -> bool:
    """Return whether it lacks commits of a base that asks for all of them.

    GitHub says then of each required check that it is expected, whatever was reported of it:
    https://github.com/RakuenSoftware/aimee/pull/2460
    """
    if not merge_rules.is_strict(repository, pull.base_ref):
        return False
    base_sha = repository.git.sha(f"refs/heads/{pull.base_ref}")
    return base_sha is not None and repository.git.ahead_behind(pull.head_sha, base_sha)[1] > 0


def required_checks(repository: Repository, branch: str) -> tuple[RequiredCheck, ...]:
    """Return what a branch asks for, by its protection and by rulesets."""
    protection = repository.protections.get(branch)
    by_rulesets = (
        each for ruleset in merge_rules.rulesets_of(repository, branch) for each in ruleset.checks
    )
    return (*(protection.checks if protection else ()), *by_rulesets)


def _newest_of_each_workflow(runs: Iterable[CheckRun]) -> tuple[CheckRun, ...]:
    """Leave out what a later run of the same workflow has taken the place of."""
    newest = {
        (
            run.suite.app,
            run.suite.workflow_run and run.suite.workflow_run.workflow_id,
            run.name,
        ): run
        for run in sorted(runs, key=lambda run: run.id)
    }
    return tuple(newest.values())


_STATES: dict[str, RequiredState] = {
    "success": "passed",
    "failure": "failing",
    "error": "failing",
    "pending": "in progress",
}


def _taken_together(states: list[RequiredState]) -> RequiredState:
    by_weight: tuple[RequiredState, ...] = ("failing", "in progress", "expected", "passed")
    return next((state for state in by_weight if state in states), "expected")


def _state_of(run: CheckRun) -> RequiredState:
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
    if merge_rules.review_decision(repository, pull) not in (None, "APPROVED"):
        return "BLOCKED"
    if is_behind(repository, pull):
        return "BEHIND"
    if any(state != "passed" for state in required_states(repository, pull).values()):
        return "BLOCKED"
    runs_pass = all(run.conclusion in PASSING for run in latest_runs(repository, pull.head_sha))
    of_commit = latest_statuses(repository, pull.head_sha)
    if runs_pass and all(each.state == "success" for each in of_commit):
        return "CLEAN"
    return "UNSTABLE"


def suite_status(suite: CheckSuite) -> str:
    """Return `queued`, `in_progress` or `completed`."""
    latest = {run.status for run in latest_of_suite(suite)}
    if suite.may_grow:
        return "queued" if latest <= {"queued"} else "in_progress"
    if latest == {"queued"}:
        return "queued"
    return "completed" if latest <= {"completed"} else "in_progress"


def suite_conclusion(suite: CheckSuite) -> str | None:
    """Return how a suite ended: as the worst of its runs; None before it has."""
    if suite_status(suite) != "completed":
        return None
    if suite.startup_failure is not None:
        return "startup_failure"
    conclusions = {run.conclusion for run in latest_of_suite(suite)}
    for conclusion in ("failure", "timed_out", "cancelled", "action_required", "success"):
        if conclusion in conclusions:
            return conclusion
    return "skipped"
