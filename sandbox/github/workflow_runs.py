"""Workflow runs: planned and run in the background, each job a check run.

Source: https://docs.github.com/en/actions/concepts/workflows-and-actions/workflows
"""

import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path

from sandbox import actions
from sandbox.ci.concurrency import Place
from sandbox.faults import Fault
from sandbox.github import checks
from sandbox.github.accounts import Account
from sandbox.github.entities import CheckRun, CheckSuite, PullRequest, Repository, WorkflowRun
from sandbox.github.queue_entries import QueueEntry
from sandbox.github.run_endings import Ending, conclusion_of, take_ending, take_ending_of_group
from sandbox.github.run_surroundings import environment_of, worktree_of
from sandbox.github.state import GitHub
from sandbox.github.workflow_events import (
    PackedTrigger,
    Trigger,
    group_trigger,
    pull_trigger,
    push_trigger,
    target_trigger,
)

_LOGGER = logging.getLogger(__name__)


def start_for_pull(github: GitHub, repository: Repository, pull: PullRequest, action: str) -> None:
    """Plan and run a pull request's workflows in the background."""
    head_sha = pull.head_sha

    def plan() -> None:
        for trigger_of in (pull_trigger, target_trigger):
            with github.lock:
                trigger = trigger_of(github, repository, pull, head_sha, action)
            if trigger is not None:
                _start(github, repository, trigger)

    _submit(github.planning, plan)


def start_for_push(
    github: GitHub,
    repository: Repository,
    branch: str,
    before: str | None,
    sha: str,
    by: Account,
) -> None:
    """Plan and run the workflows of a push in the background."""

    def plan() -> None:
        with github.lock:
            trigger = push_trigger(github, repository, branch, before, sha, by)
        if trigger is not None:
            _start(github, repository, trigger)

    _submit(github.planning, plan)


def start_for_group(github: GitHub, repository: Repository, branch: str, entry: QueueEntry) -> None:
    """Plan and run the workflows of a merge group in the background."""
    sha = entry.sha

    def plan() -> None:
        with github.lock:
            trigger = group_trigger(github, repository, branch, entry)
        if trigger is not None and trigger.sha == sha:
            _start(github, repository, trigger)

    _submit(github.planning, plan)


def _submit(executor: Executor, call: Callable[[], None]) -> None:
    def log_failure(future: Future[None]) -> None:
        if not future.cancelled() and (error := future.exception()) is not None:
            _LOGGER.error("a workflow run failed", exc_info=error)

    # A run that ends may let the next of its group begin while the sandbox stops.
    with contextlib.suppress(RuntimeError):
        executor.submit(call).add_done_callback(log_failure)


def _start(github: GitHub, repository: Repository, trigger: Trigger) -> None:
    with github.lock:
        workflows_dir = _workflow_files(github, repository, trigger.sha)
    planned = actions.plan(workflows_dir, trigger.event)
    ending = Ending.REAL
    if trigger.pull is not None and planned:
        if github.faults.take(Fault.CI_ABSENT):
            return
        ending = take_ending(github)
    elif trigger.event.name == "merge_group":
        ending = take_ending_of_group(github)
    if not planned:
        return
    packed = trigger.pack(github.payloads_alike)
    for workflow in planned:
        with github.lock:
            suite = _create_suite(github, repository, packed, workflow, ending)
        if suite is not None and suite.startup_failure is None:
            _enter(github, suite, trigger, workflow, ending)


def _workflow_files(github: GitHub, repository: Repository, sha: str) -> Path:
    tree = repository.git.subtree(sha, ".github/workflows")
    directory = github.home / "workflows" / (tree.id if tree else "none")
    if not directory.exists():
        directory.mkdir(parents=True)
        for name, content in (tree.files if tree else {}).items():
            (directory / name).write_bytes(content)
    return directory


def _create_suite(
    github: GitHub,
    repository: Repository,
    packed: PackedTrigger,
    workflow: actions.PlannedWorkflow,
    ending: Ending,
) -> CheckSuite | None:
    trigger = packed.trigger
    pull = trigger.pull
    if pull is not None and (not pull.open or pull.head_sha != trigger.head_sha):
        return None
    path = f".github/workflows/{workflow.path.name}"

    def restart(jobs: frozenset[str]) -> None:
        again = Ending.REAL if ending is Ending.FLAKY else ending
        _enter(github, suite, packed.unpack(), workflow, again, jobs)

    suite = checks.create_suite(
        github,
        repository,
        workflow_run=WorkflowRun(
            id=github.next_id(),
            workflow_id=repository.workflow_ids.setdefault(path, github.next_id()),
            number=github.next_id(),
            name=workflow.name,
            path=path,
            event=trigger.event.name,
            restart=restart,
        ),
        head_branch=trigger.event.head_branch,
        head_sha=trigger.head_sha,
        jobs=workflow.first_jobs,
        pull=pull,
    )
    suite.may_grow = True
    if workflow.invalid is not None:
        _LOGGER.warning("%s", workflow.invalid)
        checks.fail_to_start(github, suite, workflow.invalid)
    return suite


def _enter(
    github: GitHub,
    suite: CheckSuite,
    trigger: Trigger,
    workflow: actions.PlannedWorkflow,
    ending: Ending,
    jobs: frozenset[str] | None = None,
) -> None:
    """Run a workflow when its concurrency group lets it, and until a newer one cancels it.

    `jobs` are those that are run again, None for all.
    """

    def cancel(place: Place) -> None:
        with github.lock:
            checks.cancel_suite(github, suite)
            is_over = not suite.tells
        if is_over:
            place.leave()

    environment = environment_of(github, suite, trigger)
    try:
        suite.repository.concurrency.enter(
            workflow.concurrency,
            actions.scope_of(workflow, trigger.payload, environment),
            lambda place: _run(github, suite, trigger, workflow, ending, place, jobs),
            cancel,
        )
    except actions.REFUSALS as error:
        with github.lock:
            checks.fail_to_start(github, suite, str(error))


def _run(
    github: GitHub,
    suite: CheckSuite,
    trigger: Trigger,
    workflow: actions.PlannedWorkflow,
    ending: Ending,
    place: Place,
    jobs: frozenset[str] | None,
) -> None:
    ci_ms = github.latency.current.ci_ms
    if ci_ms == 0 and ending is not Ending.NEVER:

        def act() -> None:
            with place:
                _act(github, suite, trigger, workflow, ending, jobs)

        _submit(github.runners, act)
        return
    with github.lock:
        if jobs is None:
            for name in workflow.jobs[len(suite.runs) :]:
                checks.add_run(github, suite, name)
        suite.may_grow = False
        for run in suite.runs:
            checks.start_run(github, run)

    def report() -> None:
        with place:
            _report(github, suite, ending)

    github.schedule.after(ci_ms / 1000, report)


def _report(github: GitHub, suite: CheckSuite, ending: Ending) -> None:
    """Report the jobs of a workflow that was not run."""
    with github.lock:
        for run in suite.runs:
            if (conclusion := conclusion_of(suite, run.name, "success", ending)) is not None:
                checks.complete_run(github, run, conclusion)


def _act(
    github: GitHub,
    suite: CheckSuite,
    trigger: Trigger,
    workflow: actions.PlannedWorkflow,
    ending: Ending,
    jobs: frozenset[str] | None,
) -> None:
    with github.lock:
        if suite.cancelled:
            return
        suite.tells = True
    told: dict[int, CheckRun] = {}

    def on_job(update: actions.JobUpdate) -> None:
        # What had passed is run with the rest, as its results may be needed, and not told again.
        if jobs is not None and update.job not in jobs:
            return
        with github.lock:
            if update.number not in told:
                told[update.number] = _run_of(github, suite, update.job, told)
            run = told[update.number]
            if update.status == "in_progress":
                checks.start_run(github, run)
                return
            conclusion = conclusion_of(suite, run.name, update.conclusion or "failure", ending)
            if conclusion is not None:
                checks.complete_run(github, run, conclusion, update.log)

    token = github.accounts.issue_installation_token(github.actions_bot).token
    try:
        with worktree_of(github, suite, trigger.sha) as worktree:
            actions.run(
                worktree,
                workflow,
                trigger.payload,
                environment_of(github, suite, trigger),
                on_job,
                lambda: suite.cancelled,
                github.stopping,
                {"GITHUB_TOKEN": token},
                suite.repository.concurrency,
            )
    finally:
        github.accounts.revoke(token)
        with github.lock:
            checks.end_suite(github, suite)


def _run_of(github: GitHub, suite: CheckSuite, name: str, told: dict[int, CheckRun]) -> CheckRun:
    """Return the check run that waits for a job of that name, or a new one."""
    for run in suite.runs:
        if run.name == name and run.status == "queued" and run not in told.values():
            return run
    return checks.add_run(github, suite, name)
