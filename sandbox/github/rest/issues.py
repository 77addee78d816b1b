"""Issues, comments and labels.

Sources: https://docs.github.com/en/rest/issues/issues,
https://docs.github.com/en/rest/issues/comments, https://docs.github.com/en/rest/issues/labels
"""

from sandbox.github import issues
from sandbox.github.accounts import Access
from sandbox.github.entities import Issue, PullRequest
from sandbox.github.payloads import issues as payloads
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.rest.call import Call, Operation, Reply

_ISSUES = "/repos/{owner}/{repo}/issues"
_ISSUE = f"{_ISSUES}/{{number}}"


def _list(call: Call) -> Reply:
    state = call.query.get("state", "open")
    labels = {name.lower() for name in call.query.get("labels", "").split(",") if name}
    every: list[Issue] = [*call.repository.issues.values(), *call.repository.pulls.values()]
    found = [
        issue
        for issue in sorted(every, key=lambda issue: issue.number, reverse=True)
        if state in ("all", "open" if issue.open else "closed")
        and labels <= {label.name.lower() for label in issue.labels}
    ]
    return Reply(
        200, [payloads.issue(call.github, call.repository, issue) for issue in call.page(found)]
    )


def _create(call: Call) -> Reply:
    issue = issues.open_issue(
        call.github,
        call.repository,
        title=call.text("title"),
        body=call.optional_text("body") or "",
        labels=call.texts("labels"),
        author=call.actor,
    )
    return Reply(201, payloads.issue(call.github, call.repository, issue))


def _get(call: Call) -> Reply:
    return Reply(200, payloads.issue(call.github, call.repository, call.issue))


def _update(call: Call) -> Reply:
    issue = call.issue
    if isinstance(issue, PullRequest):
        raise RefusedError(Reason.NOT_MODELLED, "Change a pull request through /pulls")
    title, body = call.optional_text("title"), call.optional_text("body")
    issues.edit_issue(call.github, call.repository, issue, title=title, body=body, by=call.actor)
    state = call.optional_text("state")
    if state == "closed" and issue.open:
        issues.close_issue(call.github, call.repository, issue, call.actor)
    elif state == "open" and not issue.open:
        issues.reopen_issue(call.github, call.repository, issue, call.actor)
    return Reply(200, payloads.issue(call.github, call.repository, issue))


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


def _labels(call: Call) -> Reply:
    labels = call.page(call.issue.labels)
    return Reply(200, [payloads.label(call.github, call.repository, label) for label in labels])


def _add_labels(call: Call) -> Reply:
    issue = call.issue
    issues.add_labels(call.github, call.repository, issue, call.texts("labels"), call.actor)
    return Reply(
        200, [payloads.label(call.github, call.repository, label) for label in issue.labels]
    )


def _repository_labels(call: Call) -> Reply:
    labels = call.page(list(call.repository.labels.values()))
    return Reply(200, [payloads.label(call.github, call.repository, label) for label in labels])


OPERATIONS = (
    Operation("GET", _ISSUES, _list),
    Operation("POST", _ISSUES, _create, Access.READ),
    Operation("GET", _ISSUE, _get),
    Operation("PATCH", _ISSUE, _update, Access.WRITE),
    Operation("GET", f"{_ISSUE}/comments", _comments),
    Operation("POST", f"{_ISSUE}/comments", _comment, Access.READ),
    Operation("GET", f"{_ISSUE}/labels", _labels),
    Operation("POST", f"{_ISSUE}/labels", _add_labels, Access.WRITE),
    Operation("GET", "/repos/{owner}/{repo}/labels", _repository_labels),
)
