"""Events for a repository's webhooks, each built only when somebody listens.

Source: https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from collections.abc import Callable
from typing import Any

from sandbox.github.accounts import Account
from sandbox.github.entities import (
    CheckRun,
    CheckSuite,
    Comment,
    CommitStatus,
    Deployment,
    DeploymentStatus,
    Hook,
    Issue,
    Label,
    PullRequest,
    Repository,
    Review,
)
from sandbox.github.payloads import (
    accounts,
    checks,
    commits,
    deployments,
    issues,
    pulls,
    repositories,
    reviews,
    statuses,
)
from sandbox.github.queue_entries import QueueEntry
from sandbox.github.requirements import App
from sandbox.github.state import GitHub

Body = dict[str, Any]


def _emit(
    github: GitHub, repository: Repository, event: str, by: Account, build: Callable[[], Body]
) -> None:
    hooks = [
        hook
        for hook in repository.hooks.values()
        if hook.active and ("*" in hook.events or event in hook.events)
    ]
    if not hooks:
        return
    body = build() | {
        "repository": repositories.repository(github, repository),
        "sender": accounts.user(github, by),
    }
    for hook in hooks:
        github.deliveries.send(hook, event, body)


def ping(github: GitHub, repository: Repository, hook: Hook, by: Account) -> None:
    """A webhook was made; it is told so."""
    body = {
        "zen": "Practicality beats purity.",
        "hook_id": hook.id,
        "hook": repositories.hook(github, repository, hook),
        "repository": repositories.repository(github, repository),
        "sender": accounts.user(github, by),
    }
    github.deliveries.send(hook, "ping", body)


def push(
    github: GitHub,
    repository: Repository,
    ref: str,
    before: str | None,
    after: str | None,
    by: Account,
    *,
    forced: bool = False,
) -> None:
    """A ref was created, moved or (`after` None) deleted."""
    _emit(
        github,
        repository,
        "push",
        by,
        lambda: commits.push(github, repository, ref, before, after, by, forced=forced),
    )


def repository_ruleset(
    github: GitHub, repository: Repository, ruleset: Body, action: str, by: Account
) -> None:
    """A ruleset was made or deleted."""
    _emit(
        github,
        repository,
        "repository_ruleset",
        by,
        lambda: {"action": action, "repository_ruleset": ruleset},
    )


def branch_protection_rule(
    github: GitHub, repository: Repository, branch: str, by: Account
) -> None:
    """The protection of a branch is another one."""
    _emit(
        github,
        repository,
        "branch_protection_rule",
        by,
        lambda: {
            "action": "edited",
            "changes": {},
            "rule": repositories.protection_rule(github, repository, branch),
        },
    )


def pull_request_review_thread(
    github: GitHub, repository: Repository, pull: PullRequest, by: Account
) -> None:
    """A conversation about a pull request was resolved; its comments are not modelled."""
    _emit(
        github,
        repository,
        "pull_request_review_thread",
        by,
        lambda: {
            "action": "resolved",
            "pull_request": pulls.pull_request(github, repository, pull),
            "thread": {"node_id": "", "comments": []},
        },
    )


def pull_request(
    github: GitHub,
    repository: Repository,
    pull: PullRequest,
    action: str,
    by: Account,
    **more: object,
) -> None:
    """A pull request was opened, synchronized (with `before`, `after`), edited or closed."""
    _emit(
        github,
        repository,
        "pull_request",
        by,
        lambda: {
            "action": action,
            "number": pull.number,
            "pull_request": pulls.pull_request(github, repository, pull),
            **more,
        },
    )


def merge_group(
    github: GitHub,
    repository: Repository,
    branch: str,
    entry: QueueEntry,
    action: str,
    by: Account,
    **more: object,
) -> None:
    """A merge group was made, and is to be checked, or is there no more (`destroyed`)."""
    _emit(
        github,
        repository,
        "merge_group",
        by,
        lambda: {
            "action": action,
            "merge_group": commits.merge_group(repository, branch, entry),
            **more,
        },
    )


def pull_request_review(
    github: GitHub,
    repository: Repository,
    pull: PullRequest,
    review: Review,
    action: str,
    by: Account,
) -> None:
    """A review was submitted or dismissed."""
    _emit(
        github,
        repository,
        "pull_request_review",
        by,
        lambda: {
            "action": action,
            "review": reviews.submitted_review(github, repository, pull, review),
            "pull_request": pulls.pull_request_simple(github, repository, pull),
        },
    )


def status(github: GitHub, repository: Repository, made: CommitStatus) -> None:
    """A commit's status was written."""
    _emit(
        github,
        repository,
        "status",
        made.creator,
        lambda: statuses.event(github, repository, made),
    )


def labeled(
    github: GitHub,
    repository: Repository,
    about: Issue,
    label: Label,
    by: Account,
    *,
    action: str = "labeled",
) -> None:
    """A label was put on an issue or a pull request, or taken off (`unlabeled`)."""
    added = issues.label(github, repository, label)
    if isinstance(about, PullRequest):
        pull_request(github, repository, about, action, by, label=added)
    else:
        issue(github, repository, about, action, by, label=added)


def issue(
    github: GitHub, repository: Repository, about: Issue, action: str, by: Account, **more: object
) -> None:
    """An issue was opened, closed or labeled."""
    _emit(
        github,
        repository,
        "issues",
        by,
        lambda: {"action": action, "issue": issues.issue(github, repository, about), **more},
    )


def issue_comment(
    github: GitHub,
    repository: Repository,
    issue: Issue,
    comment: Comment,
    by: Account,
    action: str,
    **more: object,
) -> None:
    """A comment on an issue or a pull request was created, edited or deleted."""
    _emit(
        github,
        repository,
        "issue_comment",
        by,
        lambda: {
            "action": action,
            "issue": issues.issue(github, repository, issue),
            "comment": issues.comment(github, repository, issue, comment),
            **more,
        },
    )


def _bot(github: GitHub, app: App) -> Account:
    return github.accounts.add(f"{app.slug}[bot]", "Bot")


def check_run(github: GitHub, run: CheckRun, action: str) -> None:
    """A check run was created or completed."""
    repository = run.suite.repository
    _emit(
        github,
        repository,
        "check_run",
        _bot(github, run.suite.app),
        lambda: {"action": action, "check_run": checks.check_run(github, run)},
    )


def check_suite(github: GitHub, suite: CheckSuite) -> None:
    """All check runs of a suite have completed."""
    _emit(
        github,
        suite.repository,
        "check_suite",
        _bot(github, suite.app),
        lambda: {"action": "completed", "check_suite": checks.check_suite(github, suite)},
    )


def deployment(github: GitHub, repository: Repository, made: Deployment) -> None:
    """A deployment was created."""
    _emit(
        github,
        repository,
        "deployment",
        made.creator,
        lambda: {
            "action": "created",
            "deployment": deployments.deployment(github, repository, made),
            "workflow": None,
            "workflow_run": None,
        },
    )


def deployment_status(
    github: GitHub, repository: Repository, made: Deployment, status: DeploymentStatus
) -> None:
    """A deployment's progress was reported."""
    _emit(
        github,
        repository,
        "deployment_status",
        status.creator,
        lambda: {
            "action": "created",
            "deployment": deployments.deployment(github, repository, made),
            "deployment_status": deployments.deployment_status(github, repository, made, status),
            "check_run": None,
            "workflow": None,
            "workflow_run": None,
        },
    )
