"""Refs.

Source: https://docs.github.com/en/rest/git/refs
"""

from sandbox.github import refs
from sandbox.github.accounts import Access
from sandbox.github.payloads import repositories as payloads
from sandbox.github.rest.call import Call, Operation, Reply, not_found

_GIT = "/repos/{owner}/{repo}/git"


def _get(call: Call) -> Reply:
    return _reply(200, call, f"refs/{call.path['ref']}")


def _create(call: Call) -> Reply:
    ref = call.text("ref")
    refs.create(call.github, call.repository, ref, call.text("sha"), call.actor)
    return _reply(201, call, ref)


def _update(call: Call) -> Reply:
    ref = f"refs/{call.path['ref']}"
    refs.update(
        call.github,
        call.repository,
        ref,
        call.text("sha"),
        force=call.flag("force", False),
        by=call.actor,
    )
    return _reply(200, call, ref)


def _delete(call: Call) -> Reply:
    refs.delete(call.github, call.repository, f"refs/{call.path['ref']}", call.actor)
    return Reply(204)


def _reply(status: int, call: Call, ref: str) -> Reply:
    sha = call.repository.git.sha(ref)
    if sha is None:
        raise not_found()
    return Reply(status, payloads.git_ref(call.github, call.repository, ref, sha))


OPERATIONS = (
    Operation("GET", f"{_GIT}/ref/{{ref:path}}", _get),
    Operation("POST", f"{_GIT}/refs", _create, Access.WRITE),
    Operation("PATCH", f"{_GIT}/refs/{{ref:path}}", _update, Access.WRITE),
    Operation("DELETE", f"{_GIT}/refs/{{ref:path}}", _delete, Access.WRITE),
)
