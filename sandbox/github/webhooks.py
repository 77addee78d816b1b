"""Events for a repository's webhooks, each built only when somebody listens.

Source: https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from collections.abc import Callable
from typing import Any

from sandbox.github.accounts import Account
from sandbox.github.entities import (
    Comment,
    Hook,
    Issue,
    Label,
    PullRequest,
    Repository,
    Review,
)
from sandbox.github.payloads import (
    accounts,
    commits,
    issues,
    pulls,
    repositories,
    reviews,
)
from sandbox.github.queue_entries import QueueEntry
from sandbox.github.state import GitHub

Body = dict[str, Any]


def emit(
    github: GitHub, repository: Repository, event: str, by: Account, build: Callable[[], Body]
) -> None:
    """Send an event to the hooks that listen to it; its body is built if there is one."""
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
    emit(
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
    emit(
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
    emit(
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
    emit(
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
    emit(
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
    emit(
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
    emit(
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
    emit(
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
    emit(
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
