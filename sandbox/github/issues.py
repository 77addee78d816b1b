"""Issues, comments and labels.

Sources: https://docs.github.com/en/rest/issues/issues,
https://docs.github.com/en/rest/issues/comments, https://docs.github.com/en/rest/issues/labels
"""

from collections.abc import Iterable

from sandbox.github import mentions, webhooks
from sandbox.github.accounts import Access, Account
from sandbox.github.entities import Comment, Issue, Label, PullRequest, Repository
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.state import GitHub


def open_issue(
    github: GitHub,
    repository: Repository,
    *,
    title: str,
    body: str,
    labels: Iterable[str],
    author: Account,
) -> Issue:
    """Open an issue; the labels of those who may not push are dropped, as GitHub does."""
    if not repository.has_issues:
        raise RefusedError(Reason.GONE, "Issues has been disabled in this repository.")
    if author.access < Access.WRITE:
        labels = ()
    now = github.now()
    issue = Issue(
        id=github.next_id(),
        number=repository.next_number(),
        title=title,
        body=body,
        author=author,
        created_at=now,
        updated_at=now,
        labels=[_label(github, repository, name) for name in labels],
    )
    repository.issues[issue.number] = issue
    mentions.record(
        github, f"issue {issue.number}", mentions.without_code(f"{title}\n{body}"), author
    )
    webhooks.issue(github, repository, issue, "opened", author)
    return issue


def close_issue(
    github: GitHub, repository: Repository, issue: Issue, by: Account, reason: str = "completed"
) -> None:
    """Close an issue, as `completed` or `not_planned`."""
    issue.open = False
    issue.state_reason = reason
    issue.closed_at = issue.updated_at = github.now()
    issue.closed_by = by
    webhooks.issue(github, repository, issue, "closed", by)


def edit_issue(
    github: GitHub,
    repository: Repository,
    issue: Issue,
    *,
    title: str | None,
    body: str | None,
    by: Account,
) -> None:
    """Change the title or the body."""
    changes: dict[str, dict[str, str]] = {}
    if title is not None and title != issue.title:
        changes["title"], issue.title = {"from": issue.title}, title
    if body is not None and body != issue.body:
        changes["body"], issue.body = {"from": issue.body}, body
    if not changes:
        return
    issue.updated_at = github.now()
    text = mentions.without_code(f"{issue.title}\n{issue.body}")
    mentions.record(github, f"issue {issue.number}", text, by)
    if isinstance(issue, PullRequest):
        webhooks.pull_request(github, repository, issue, "edited", by, changes=changes)
    else:
        webhooks.issue(github, repository, issue, "edited", by, changes=changes)


def reopen_issue(github: GitHub, repository: Repository, issue: Issue, by: Account) -> None:
    """Open a closed issue again."""
    issue.open, issue.closed_at, issue.closed_by = True, None, None
    issue.state_reason = "reopened"
    issue.updated_at = github.now()
    webhooks.issue(github, repository, issue, "reopened", by)


def comment(
    github: GitHub, repository: Repository, issue: Issue, body: str, author: Account
) -> Comment:
    """Comment on an issue or a pull request."""
    now = github.now()
    added = Comment(github.next_id(), author, body, now, now)
    issue.comments.append(added)
    issue.updated_at = added.created_at
    mentions.record(github, f"comment {added.id}", mentions.without_code(body), author)
    webhooks.issue_comment(github, repository, issue, added, author, "created")
    return added


def edit_comment(
    github: GitHub, repository: Repository, issue: Issue, comment: Comment, body: str, by: Account
) -> None:
    """Change what a comment says."""
    changes = {"body": {"from": comment.body}}
    comment.body, comment.updated_at = body, github.now()
    mentions.record(github, f"comment {comment.id}", mentions.without_code(body), by)
    webhooks.issue_comment(github, repository, issue, comment, by, "edited", changes=changes)


def delete_comment(
    github: GitHub, repository: Repository, issue: Issue, comment: Comment, by: Account
) -> None:
    """Take a comment away."""
    issue.comments.remove(comment)
    webhooks.issue_comment(github, repository, issue, comment, by, "deleted")


def add_labels(
    github: GitHub, repository: Repository, issue: Issue, names: Iterable[str], by: Account
) -> None:
    """Put labels on an issue or a pull request; labels not yet known are made."""
    for name in names:
        label = _label(github, repository, name)
        if label in issue.labels:
            continue
        issue.labels.append(label)
        issue.updated_at = github.now()
        webhooks.labeled(github, repository, issue, label, by)


def replace_labels(
    github: GitHub, repository: Repository, issue: Issue, names: Iterable[str], by: Account
) -> None:
    """Put these labels on an issue and take all others off."""
    wanted = {name.lower(): name for name in names}
    for label in [each for each in issue.labels if each.name.lower() not in wanted]:
        remove_label(github, repository, issue, label, by)
    add_labels(github, repository, issue, wanted.values(), by)


def remove_label(
    github: GitHub, repository: Repository, issue: Issue, label: Label, by: Account
) -> None:
    """Take a label off an issue or a pull request."""
    issue.labels.remove(label)
    issue.updated_at = github.now()
    webhooks.labeled(github, repository, issue, label, by, action="unlabeled")


def close_by_keywords(github: GitHub, repository: Repository, text: str, by: Account) -> None:
    """Close the issues that a text on the default branch says it fixes."""
    for number in mentions.closed_issues(text, repository.full_name):
        issue = repository.issues.get(number)
        if issue is not None and issue.open:
            close_issue(github, repository, issue, by)


def _label(github: GitHub, repository: Repository, name: str) -> Label:
    key = name.lower()
    if key not in repository.labels:
        repository.labels[key] = Label(github.next_id(), name, github.now())
    return repository.labels[key]
