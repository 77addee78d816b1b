"""Rulesets with the rule that asks for checks, and the rules of a branch.

Sources: https://docs.github.com/en/rest/repos/rules
"""

from typing import Any

from sandbox.github import checks
from sandbox.github.accounts import Access
from sandbox.github.payloads.repositories import api_url
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.requirements import Ruleset
from sandbox.github.rest.call import Call, Operation, Reply, invalid, not_found

_REPOSITORY = "/repos/{owner}/{repo}"
_RULE = "required_status_checks"


def _create(call: Call) -> Reply:
    name, enforcement = call.text("name"), call.text("enforcement")
    rules = call.body.get("rules", [])
    if not isinstance(rules, list) or not all(isinstance(each, dict) for each in rules):
        raise invalid('"rules" must be an array of objects.')
    if enforcement != "active" or [each.get("type") for each in rules] != [_RULE]:
        message = f"Only active rulesets with one rule, {_RULE}, are modelled by the sandbox"
        raise RefusedError(Reason.NOT_MODELLED, message)
    parameters = rules[0].get("parameters") or {}
    asked = parameters.get(_RULE, [])
    required = checks.required(call.github, asked, "integration_id")
    ruleset = Ruleset(call.github.next_id(), name, _branch(call), required)
    call.repository.rulesets[ruleset.id] = ruleset
    return Reply(201, _ruleset(call, ruleset))


def _branch(call: Call) -> str:
    conditions = call.body.get("conditions")
    ref_name = conditions.get("ref_name") if isinstance(conditions, dict) else None
    include = ref_name.get("include") if isinstance(ref_name, dict) else None
    match include:
        case ["~DEFAULT_BRANCH"]:
            return call.repository.default_branch
        case [str(ref)] if ref.startswith("refs/heads/") and "*" not in ref:
            return ref.removeprefix("refs/heads/")
        case _:
            message = "Rulesets of anything but one branch are not modelled by the sandbox"
            raise RefusedError(Reason.NOT_MODELLED, message)


def _delete(call: Call) -> Reply:
    if call.repository.rulesets.pop(call.number("ruleset_id"), None) is None:
        raise not_found()
    return Reply(204)


def _of_branch(call: Call) -> Reply:
    found = [
        _rule(each)
        | {
            "ruleset_source_type": "Repository",
            "ruleset_source": call.repository.full_name,
            "ruleset_id": each.id,
        }
        for each in call.repository.rulesets.values()
        if each.branch == call.path["branch"]
    ]
    return Reply(200, call.page(found))


def _rule(ruleset: Ruleset) -> dict[str, Any]:
    required = [
        {"context": each.name} | ({"integration_id": each.app.id} if each.app else {})
        for each in ruleset.checks
    ]
    parameters = {
        "required_status_checks": required,
        "strict_required_status_checks_policy": False,
    }
    return {"type": _RULE, "parameters": parameters}


def _ruleset(call: Call, ruleset: Ruleset) -> dict[str, Any]:
    url = api_url(call.github, call.repository, f"/rulesets/{ruleset.id}")
    return {
        "id": ruleset.id,
        "name": ruleset.name,
        "target": "branch",
        "source_type": "Repository",
        "source": call.repository.full_name,
        "enforcement": "active",
        "conditions": {"ref_name": {"include": [f"refs/heads/{ruleset.branch}"], "exclude": []}},
        "rules": [_rule(ruleset)],
        "_links": {"self": {"href": url}},
    }


OPERATIONS = (
    Operation("POST", f"{_REPOSITORY}/rulesets", _create, Access.ADMIN),
    Operation("DELETE", f"{_REPOSITORY}/rulesets/{{ruleset_id}}", _delete, Access.ADMIN),
    Operation("GET", f"{_REPOSITORY}/rules/branches/{{branch:path}}", _of_branch),
)
