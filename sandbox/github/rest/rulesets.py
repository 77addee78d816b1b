"""Rulesets of branches, and the rules of a branch.

Source: https://docs.github.com/en/rest/repos/rules
"""

from collections.abc import Mapping
from typing import Any

from sandbox.github import checks, merge_rules, webhooks
from sandbox.github.accounts import Access
from sandbox.github.payloads.repositories import api_url
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.requirements import (
    Bypass,
    Rule,
    Ruleset,
    is_modelled_pattern,
    is_role,
)
from sandbox.github.rest.call import Call, Operation, Reply, invalid, not_found

_REPOSITORY = "/repos/{owner}/{repo}"
_RULESET = f"{_REPOSITORY}/rulesets/{{ruleset_id}}"
_CHECKS = "required_status_checks"
# What GitHub itself does by each is in `sandbox/github/merge_rules.py`.
_MODELLED = frozenset(
    {
        _CHECKS,
        "branch_name_pattern",
        "commit_author_email_pattern",
        "commit_message_pattern",
        "committer_email_pattern",
        "creation",
        "merge_queue",
        "non_fast_forward",
        "pull_request",
        "required_deployments",
        "required_linear_history",
        "required_signatures",
        "update",
    }
)
_MODES = frozenset({"always", "pull_request"})


def _create(call: Call) -> Reply:
    name, enforcement = call.text("name"), call.text("enforcement")
    asked = call.body.get("rules", [])
    if not isinstance(asked, list) or not all(isinstance(each, dict) for each in asked):
        raise invalid('"rules" must be an array of objects.')
    unknown = sorted({str(each.get("type")) for each in asked} - _MODELLED)
    if enforcement != "active" or unknown or not asked:
        message = f"Only active rulesets of modelled rules, which {', '.join(unknown)} are none of"
        raise RefusedError(Reason.NOT_MODELLED, message)
    rules = tuple(Rule(str(each["type"]), each.get("parameters") or {}) for each in asked)
    if any(rule.parameters.get("operator") == "regex" for rule in rules):
        message = "Regular expressions of rules are not modelled by the sandbox"
        raise RefusedError(Reason.NOT_MODELLED, message)
    if any(_is_other_queue(rule.parameters) for rule in rules if rule.type == "merge_queue"):
        message = (
            "Merge queues of groups that are red in part, or wait for others, are not modelled"
        )
        raise RefusedError(Reason.NOT_MODELLED, message)
    listed = [each for rule in rules if rule.type == _CHECKS for each in rule.parameters[_CHECKS]]
    ruleset = Ruleset(
        id=call.github.next_id(),
        name=name,
        include=_include(call),
        rules=rules,
        checks=checks.required(call.github, listed, "integration_id"),
        bypass=_bypass(call),
    )
    call.repository.rulesets[ruleset.id] = ruleset
    told = _ruleset(call, ruleset)
    webhooks.repository_ruleset(call.github, call.repository, told, "created", call.actor)
    return Reply(201, told)


def _is_other_queue(asked: Mapping[str, Any]) -> bool:
    strategy = asked.get("grouping_strategy", "ALLGREEN")
    return strategy != "ALLGREEN" or int(asked.get("min_entries_to_merge", 1)) > 1


def _include(call: Call) -> tuple[str, ...]:
    conditions = call.body.get("conditions")
    ref_name = conditions.get("ref_name") if isinstance(conditions, dict) else None
    include = ref_name.get("include") if isinstance(ref_name, dict) else None
    default = f"refs/heads/{call.repository.default_branch}"
    listed = [default if each == "~DEFAULT_BRANCH" else each for each in include or ()]
    if not listed or not all(map(is_modelled_pattern, listed)):
        message = f"Rulesets of {include} are not modelled by the sandbox"
        raise RefusedError(Reason.NOT_MODELLED, message)
    return tuple(listed)


def _bypass(call: Call) -> tuple[Bypass, ...]:
    actors = call.body.get("bypass_actors") or []
    for each in actors:
        is_modelled = each.get("actor_type") == "RepositoryRole" and is_role(each.get("actor_id"))
        if not is_modelled or each.get("bypass_mode") not in _MODES:
            message = "Only the roles of writers and administrators are modelled as bypassing"
            raise RefusedError(Reason.NOT_MODELLED, message)
    return tuple(Bypass(each["actor_id"], each["bypass_mode"]) for each in actors)


def _find(call: Call) -> Ruleset:
    found = call.repository.rulesets.get(call.number("ruleset_id"))
    if found is None:
        raise not_found()
    return found


def _get(call: Call) -> Reply:
    return Reply(200, _ruleset(call, _find(call)))


def _delete(call: Call) -> Reply:
    ruleset = _find(call)
    del call.repository.rulesets[ruleset.id]
    told = _ruleset(call, ruleset)
    webhooks.repository_ruleset(call.github, call.repository, told, "deleted", call.actor)
    return Reply(204)


def _of_branch(call: Call) -> Reply:
    found = [
        _rule(rule)
        | {
            "ruleset_source_type": "Repository",
            "ruleset_source": call.repository.full_name,
            "ruleset_id": ruleset.id,
        }
        for ruleset in merge_rules.rulesets_of(call.repository, call.path["branch"])
        for rule in ruleset.rules
    ]
    return Reply(200, call.page(found))


def _rule(rule: Rule) -> dict[str, Any]:
    parameters = dict(rule.parameters)
    if rule.type == _CHECKS:
        parameters.setdefault("strict_required_status_checks_policy", False)
    return {"type": rule.type} | ({"parameters": parameters} if parameters else {})


def _ruleset(call: Call, ruleset: Ruleset) -> dict[str, Any]:
    url = api_url(call.github, call.repository, f"/rulesets/{ruleset.id}")
    told = {
        "id": ruleset.id,
        "name": ruleset.name,
        "target": "branch",
        "source_type": "Repository",
        "source": call.repository.full_name,
        "enforcement": "active",
        "conditions": {"ref_name": {"include": list(ruleset.include), "exclude": []}},
        "rules": [_rule(each) for each in ruleset.rules],
        "_links": {"self": {"href": url}},
    }
    if call.viewer is not None:
        told["current_user_can_bypass"] = ruleset.bypass_of(call.viewer)
    return told


OPERATIONS = (
    Operation("POST", f"{_REPOSITORY}/rulesets", _create, Access.ADMIN),
    Operation("GET", _RULESET, _get),
    Operation("DELETE", _RULESET, _delete, Access.ADMIN),
    Operation("GET", f"{_REPOSITORY}/rules/branches/{{branch:path}}", _of_branch),
)
