"""Labels of a repository, and of an issue or a pull request.

Source: https://docs.github.com/en/rest/issues/labels
"""

import re
from collections.abc import Sequence

from sandbox.github import issues
from sandbox.github.accounts import Access
from sandbox.github.entities import Label
from sandbox.github.payloads import issues as payloads
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.rest.call import Call, Operation, Reply, not_found
from sandbox.github.rest.issues import label_names

_LABELS = "/repos/{owner}/{repo}/labels"
_OF_ISSUE = "/repos/{owner}/{repo}/issues/{number}/labels"
_COLOR = re.compile(r"[0-9a-fA-F]{6}")
_DEFAULT_COLOR = "ededed"


def _reply(call: Call, labels: Sequence[Label]) -> Reply:
    return Reply(200, [payloads.label(call.github, call.repository, label) for label in labels])


def _one(call: Call, label: Label, status: int = 200) -> Reply:
    return Reply(status, payloads.label(call.github, call.repository, label))


def _find(call: Call) -> Label:
    found = call.repository.labels.get(call.path["name"].lower())
    if found is None:
        raise not_found()
    return found


def _list(call: Call) -> Reply:
    return _reply(call, call.page(list(call.repository.labels.values())))


def _create(call: Call) -> Reply:
    name = call.text("name")
    _require_free(call, name)
    label = Label(call.github.next_id(), name, call.github.now(), _color(call) or _DEFAULT_COLOR)
    label.description = call.optional_text("description")
    call.repository.labels[name.lower()] = label
    return _one(call, label, 201)


def _color(call: Call) -> str | None:
    color = call.optional_text("color")
    if color is not None and not _COLOR.fullmatch(color):
        raise _invalid("color", "invalid")
    return color


def _require_free(call: Call, name: str) -> None:
    if name.lower() in call.repository.labels:
        raise _invalid("name", "already_exists")


def _invalid(field: str, code: str) -> RefusedError:
    error = {"resource": "Label", "code": code, "field": field}
    return RefusedError(Reason.UNPROCESSABLE, "Validation Failed", (error,))


def _get(call: Call) -> Reply:
    return _one(call, _find(call))


def _update(call: Call) -> Reply:
    label, color = _find(call), _color(call)
    name = call.optional_text("new_name") or label.name
    if name.lower() != label.name.lower():
        _require_free(call, name)
    del call.repository.labels[label.name.lower()]
    label.name, label.color = name, color or label.color
    if (description := call.optional_text("description")) is not None:
        label.description = description
    call.repository.labels[name.lower()] = label
    return _one(call, label)


def _delete(call: Call) -> Reply:
    label = _find(call)
    del call.repository.labels[label.name.lower()]
    for issue in (*call.repository.issues.values(), *call.repository.pulls.values()):
        if label in issue.labels:
            issue.labels.remove(label)
    return Reply(204)


def _of_issue(call: Call) -> Reply:
    return _reply(call, call.page(call.issue.labels))


def _add(call: Call) -> Reply:
    issue = call.issue
    issues.add_labels(call.github, call.repository, issue, label_names(call), call.actor)
    return _reply(call, issue.labels)


def _replace(call: Call) -> Reply:
    issue = call.issue
    issues.replace_labels(call.github, call.repository, issue, label_names(call), call.actor)
    return _reply(call, issue.labels)


def _remove_all(call: Call) -> Reply:
    issues.replace_labels(call.github, call.repository, call.issue, (), call.actor)
    return Reply(204)


def _remove(call: Call) -> Reply:
    issue, label = call.issue, call.repository.labels.get(call.path["name"].lower())
    if label is None or label not in issue.labels:
        raise not_found("Label does not exist")
    issues.remove_label(call.github, call.repository, issue, label, call.actor)
    return _reply(call, issue.labels)


OPERATIONS = (
    Operation("GET", _LABELS, _list),
    Operation("POST", _LABELS, _create, Access.WRITE),
    Operation("GET", f"{_LABELS}/{{name}}", _get),
    Operation("PATCH", f"{_LABELS}/{{name}}", _update, Access.WRITE),
    Operation("DELETE", f"{_LABELS}/{{name}}", _delete, Access.WRITE),
    Operation("GET", _OF_ISSUE, _of_issue),
    Operation("POST", _OF_ISSUE, _add, Access.WRITE),
    Operation("PUT", _OF_ISSUE, _replace, Access.WRITE),
    Operation("DELETE", _OF_ISSUE, _remove_all, Access.WRITE),
    Operation("DELETE", f"{_OF_ISSUE}/{{name}}", _remove, Access.WRITE),
)
