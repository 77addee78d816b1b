"""Accounts, and what they may do in the repository.

Sources: https://docs.github.com/en/rest/users/users and
https://docs.github.com/en/rest/collaborators/collaborators
"""

from typing import Any

from sandbox.github.accounts import Access, Account
from sandbox.github.payloads import accounts
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.rest.call import Call, Operation, Reply, not_found

_COLLABORATORS = "/repos/{owner}/{repo}/collaborators"
_ROLES = {Access.READ: "read", Access.WRITE: "write", Access.ADMIN: "admin"}


def _viewer(call: Call) -> Reply:
    if call.actor.kind == "Bot":
        raise RefusedError(Reason.FORBIDDEN, "Resource not accessible by integration")
    return Reply(200, accounts.public_user(call.github, call.actor))


def _find(call: Call) -> Account:
    found = call.github.accounts.find(call.path["username"])
    if found is None:
        raise not_found()
    return found


def _user(call: Call) -> Reply:
    return Reply(200, accounts.public_user(call.github, _find(call)))


def _collaborator(call: Call, account: Account) -> dict[str, Any]:
    return accounts.user(call.github, account) | {
        "permissions": accounts.permissions(account),
        "role_name": _ROLES[account.access],
    }


def _collaborators(call: Call) -> Reply:
    people = [each for each in call.github.accounts.with_tokens() if each.kind == "User"]
    return Reply(200, [_collaborator(call, each) for each in call.page(people)])


def _is_collaborator(call: Call) -> Reply:
    if _find(call) not in call.github.accounts.with_tokens():
        raise not_found()
    return Reply(204)


def _permission(call: Call) -> Reply:
    account = _find(call)
    role = _ROLES[account.access]
    user = _collaborator(call, account)
    return Reply(200, {"permission": role, "role_name": role, "user": user})


OPERATIONS = (
    Operation("GET", "/user", _viewer, Access.READ),
    Operation("GET", "/users/{username}", _user),
    Operation("GET", _COLLABORATORS, _collaborators, Access.WRITE),
    Operation("GET", f"{_COLLABORATORS}/{{username}}", _is_collaborator, Access.WRITE),
    Operation("GET", f"{_COLLABORATORS}/{{username}}/permission", _permission, Access.READ),
)
