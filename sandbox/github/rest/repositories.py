"""The repository, the protection of its branches, and what is left of the rate limit.

Sources: https://docs.github.com/en/rest/repos/repos,
https://docs.github.com/en/rest/branches/branch-protection and
https://docs.github.com/en/rest/rate-limit/rate-limit
"""

from typing import Any

from sandbox.github import checks, forks, renames, webhooks
from sandbox.github.accounts import Access
from sandbox.github.payloads import repositories
from sandbox.github.rate_limit import LIMIT, RateLimit
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.requirements import Protection, RequiredCheck
from sandbox.github.rest.call import Call, Operation, Reply, invalid

_REPOSITORY = "/repos/{owner}/{repo}"
_PROTECTION = f"{_REPOSITORY}/branches/{{branch:path}}/protection"


_METHODS = {
    "allow_merge_commit": "merge",
    "allow_rebase_merge": "rebase",
    "allow_squash_merge": "squash",
}


def _get(call: Call) -> Reply:
    return Reply(200, repositories.repository(call.github, call.repository, call.viewer))


def _fork(call: Call) -> Reply:
    fork = forks.create(call.github, call.repository, call.actor)
    return Reply(202, repositories.repository(call.github, fork, call.viewer))


def _update(call: Call) -> Reply:
    if unknown := sorted(call.body.keys() - {"name", "has_issues", "archived", *_METHODS}):
        message = f"Changing {', '.join(unknown)} is not modelled by the sandbox"
        raise RefusedError(Reason.NOT_MODELLED, message)
    repository = call.repository
    if archived := call.flag("archived", repository.archived):
        repository.require_writable()
    repository.archived = archived
    repository.has_issues = call.flag("has_issues", repository.has_issues)
    allowed = (
        method
        for field, method in _METHODS.items()
        if call.flag(field, method in repository.merge_methods)
    )
    repository.merge_methods = frozenset(allowed)
    if (name := call.optional_text("name")) is not None:
        renames.rename(call.github, repository, name)
    return Reply(200, repositories.repository(call.github, repository, call.viewer))


def _protection(call: Call) -> Reply:
    branch = call.path["branch"]
    if call.repository.git.sha(f"refs/heads/{branch}") is None:
        raise RefusedError(Reason.NOT_FOUND, "Branch not found")
    protection = call.repository.protections.get(branch)
    if protection is None:
        raise RefusedError(Reason.NOT_FOUND, "Branch not protected")
    return Reply(
        200, repositories.protected_branch(call.github, call.repository, branch, protection)
    )


def _protect(call: Call) -> Reply:
    required = call.body.get("required_status_checks")
    if required is not None and not isinstance(required, dict):
        raise invalid('"required_status_checks" must be an object or null.')
    asked = required or {}
    contexts = asked.get("contexts", [])
    if not isinstance(contexts, list) or not all(isinstance(name, str) for name in contexts):
        raise invalid('"contexts" must be an array of strings.')
    listed = checks.required(call.github, asked.get("checks", []), "app_id")
    named = {each.name for each in listed}
    by_name = tuple(RequiredCheck(name) for name in contexts if name not in named)
    if call.body.get("restrictions") is not None:
        message = "Restrictions on who may push are not modelled by the sandbox"
        raise RefusedError(Reason.NOT_MODELLED, message)
    reviews = call.body.get("required_pull_request_reviews")
    if reviews is not None and not isinstance(reviews, dict):
        raise invalid('"required_pull_request_reviews" must be an object or null.')
    call.repository.protections[call.path["branch"]] = Protection(
        checks=(*by_name, *listed),
        strict=bool(asked.get("strict")),
        approvals=None if reviews is None else _approvals(reviews),
        code_owners=bool((reviews or {}).get("require_code_owner_reviews")),
        last_push=bool((reviews or {}).get("require_last_push_approval")),
        conversations=call.flag("required_conversation_resolution", False),
        linear_history=call.flag("required_linear_history", False),
        locked=call.flag("lock_branch", False),
        for_admins=bool(call.body.get("enforce_admins")),
    )
    webhooks.branch_protection_rule(call.github, call.repository, call.path["branch"], call.actor)
    return _protection(call)


def _approvals(reviews: dict[str, Any]) -> int:
    count = reviews.get("required_approving_review_count", 1)
    if not isinstance(count, int):
        raise invalid('"required_approving_review_count" must be a number.')
    return count


def _unprotect(call: Call) -> Reply:
    if call.repository.protections.pop(call.path["branch"], None) is None:
        raise RefusedError(Reason.NOT_FOUND, "Branch not protected")
    return Reply(204)


def _rate_limit(call: Call) -> Reply:
    login = call.viewer.login if call.viewer else ""
    core, graphql = (
        _rate(call.github.rate_limits.current(login, resource)) for resource in ("core", "graphql")
    )
    return Reply(
        200, {"resources": {"core": core, "graphql": graphql, "search": core}, "rate": core}
    )


def _rate(rate: RateLimit) -> dict[str, int]:
    return {
        "limit": LIMIT,
        "used": rate.used,
        "remaining": rate.remaining,
        "reset": int(rate.reset_at.timestamp()),
    }


OPERATIONS = (
    Operation("GET", "/rate_limit", _rate_limit, is_free=True),
    Operation("GET", _PROTECTION, _protection, Access.ADMIN),
    Operation("PUT", _PROTECTION, _protect, Access.ADMIN),
    Operation("DELETE", _PROTECTION, _unprotect, Access.ADMIN),
    Operation("POST", f"{_REPOSITORY}/forks", _fork, Access.READ),
    Operation("PATCH", _REPOSITORY, _update, Access.ADMIN),
    Operation("GET", _REPOSITORY, _get),
)
