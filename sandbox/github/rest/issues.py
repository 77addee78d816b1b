"""Issues and their comments.

Sources: https://docs.github.com/en/rest/issues/issues and
https://docs.github.com/en/rest/issues/comments
"""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.github import issues
from sandbox.github.accounts import Access
from sandbox.github.entities import Comment, Issue, PullRequest
from sandbox.github.payloads import issues as payloads
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.rest.call import Call, Operation, Reply, invalid

_ISSUES = "/repos/{owner}/{repo}/issues"
_ISSUE = f"{_ISSUES}/{{number}}"
_OTHER_FILTERS = frozenset({"assignee", "mentioned", "milestone", "since", "type"})
_OTHER_FIELDS = ("assignee", "assignees", "milestone", "type")
_ORDERS: Mapping[str, Callable[[Issue], tuple[object, int]]] = {
    "created": lambda issue: (issue.created_at, issue.number),
    "updated": lambda issue: (issue.updated_at, issue.number),
    "comments": lambda issue: (len(issue.comments), issue.number),
}
_REASONS = ("completed", "not_planned")


def _list(call: Call) -> Reply:
    if unknown := sorted(_OTHER_FILTERS & call.query.keys()):
        message = f"Issues filtered by {', '.join(unknown)} are not modelled by the sandbox"
        raise RefusedError(Reason.NOT_MODELLED, message)
    every: list[Issue] = [*call.repository.issues.values(), *call.repository.pulls.values()]
    found = [issue for issue in every if _is_asked_for(call, issue)]
    order = _ORDERS.get(call.query.get("sort", "created"))
    if order is None:
        raise invalid(f"{call.query['sort']!r} is not a member of {list(_ORDERS)}.")
    found.sort(key=order, reverse=call.query.get("direction") != "asc")
    return Reply(
        200, [payloads.issue(call.github, call.repository, issue) for issue in call.page(found)]
    )


def _is_asked_for(call: Call, issue: Issue) -> bool:
    labels = {name.lower() for name in call.query.get("labels", "").split(",") if name}
    return (
        call.query.get("state", "open") in ("all", "open" if issue.open else "closed")
        and call.query.get("creator", issue.author.login) == issue.author.login
        and labels <= {label.name.lower() for label in issue.labels}
    )


def label_names(call: Call) -> tuple[str, ...]:
    """Return the labels of the body, each a name or an object with one."""
    labels = call.body.get("labels") or []
    names = []
    for label in labels if isinstance(labels, list) else [None]:
        name = label.get("name") if isinstance(label, dict) else label
        if not isinstance(name, str) or not name.strip():
            raise invalid(f"For 'properties/labels', {labels!r} is not an array of labels.")
        names.append(name)
    return tuple(names)


def _refuse_other_fields(call: Call) -> None:
    if unknown := [name for name in _OTHER_FIELDS if call.body.get(name)]:
        message = f"Issues with {', '.join(unknown)} are not modelled by the sandbox"
        raise RefusedError(Reason.NOT_MODELLED, message)


def _create(call: Call) -> Reply:
    _refuse_other_fields(call)
    issue = issues.open_issue(
        call.github,
        call.repository,
        title=call.text("title"),
        body=call.optional_text("body") or "",
        labels=label_names(call),
        author=call.actor,
    )
    return Reply(201, payloads.issue(call.github, call.repository, issue))


def _get(call: Call) -> Reply:
    return Reply(200, payloads.issue(call.github, call.repository, call.issue))


def _update(call: Call) -> Reply:
    issue = call.issue
    if isinstance(issue, PullRequest):
        raise RefusedError(Reason.NOT_MODELLED, "Change a pull request through /pulls")
    _refuse_other_fields(call)
    title, body = call.optional_text("title"), call.optional_text("body")
    state, reason = _state(call)
    labels = label_names(call) if call.body.get("labels") is not None else None
    github, repository, by = call.github, call.repository, call.actor
    issues.edit_issue(github, repository, issue, title=title, body=body, by=by)
    if labels is not None:
        issues.replace_labels(github, repository, issue, labels, by)
    if state == "closed" and issue.open:
        issues.close_issue(github, repository, issue, by, reason)
    elif state == "open" and not issue.open:
        issues.reopen_issue(github, repository, issue, by)
    return Reply(200, payloads.issue(call.github, call.repository, issue))


def _state(call: Call) -> tuple[str | None, str]:
    """Return the state that is asked for, and the reason that counts when it is closed."""
    state = call.optional_text("state")
    if state not in (None, "open", "closed"):
        raise invalid(f"{state!r} is not a member of ['open', 'closed'].")
    reason = call.optional_text("state_reason") or "completed"
    if state == "closed" and reason not in _REASONS:
        message = f"Issues closed as {reason!r} are not modelled by the sandbox"
        raise RefusedError(Reason.NOT_MODELLED, message)
    return state, reason


def _comments(call: Call) -> Reply:
    issue = call.issue
    return Reply(
        200,
        [
            payloads.comment(call.github, call.repository, issue, comment)
            for comment in call.page(issue.comments)
        ],
    )


def _comment(call: Call) -> Reply:
    issue = call.issue
    comment = issues.comment(call.github, call.repository, issue, call.text("body"), call.actor)
    return Reply(201, payloads.comment(call.github, call.repository, issue, comment))


def _repository_comments(call: Call) -> Reply:
    about = (*call.repository.issues.values(), *call.repository.pulls.values())
    found = [(issue, comment) for issue in about for comment in issue.comments]
    found.sort(key=lambda pair: pair[1].id)
    return Reply(200, [_comment_payload(call, *pair) for pair in call.page(found)])


def _comment_payload(call: Call, issue: Issue, comment: Comment) -> dict[str, Any]:
    return payloads.comment(call.github, call.repository, issue, comment)


def _get_comment(call: Call) -> Reply:
    return Reply(200, _comment_payload(call, *call.issue_and_comment))


def _update_comment(call: Call) -> Reply:
    issue, comment = call.issue_and_comment
    _require_own(call, comment)
    issues.edit_comment(call.github, call.repository, issue, comment, call.text("body"), call.actor)
    return Reply(200, _comment_payload(call, issue, comment))


def _delete_comment(call: Call) -> Reply:
    issue, comment = call.issue_and_comment
    _require_own(call, comment)
    issues.delete_comment(call.github, call.repository, issue, comment, call.actor)
    return Reply(204)


def _require_own(call: Call, comment: Comment) -> None:
    """Let nobody but its author and those who may write touch a comment."""
    if call.actor != comment.author and call.actor.access < Access.WRITE:
        raise RefusedError(Reason.FORBIDDEN, "Must have push access to change this comment")


OPERATIONS = (
    Operation("GET", _ISSUES, _list),
    Operation("POST", _ISSUES, _create, Access.READ),
    Operation("GET", f"{_ISSUES}/comments", _repository_comments),
    Operation("GET", f"{_ISSUES}/comments/{{comment_id}}", _get_comment),
    Operation("PATCH", f"{_ISSUES}/comments/{{comment_id}}", _update_comment, Access.READ),
    Operation("DELETE", f"{_ISSUES}/comments/{{comment_id}}", _delete_comment, Access.READ),
    Operation("GET", _ISSUE, _get),
    Operation("PATCH", _ISSUE, _update, Access.WRITE),
    Operation("GET", f"{_ISSUE}/comments", _comments),
    Operation("POST", f"{_ISSUE}/comments", _comment, Access.READ),
)
