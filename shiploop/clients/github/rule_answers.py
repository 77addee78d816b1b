"""Reads what GitHub tells of a branch's rules into one value: pure, no I/O.

Source: https://docs.github.com/en/rest/repos/rules#get-rules-for-a-branch
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from shiploop.clients.github.protection_answers import with_protection
from shiploop.clients.github.reading import text
from shiploop.domain.delivery.rules import (
    BY_PEOPLE,
    BranchRules,
    MergeMethod,
    Operator,
    OwnBranch,
    Pattern,
    Rule,
)

Told = Mapping[str, Any]

# Those that somebody else has to meet, or that are about who one is. What we can meet ourselves is
# met, whatever list our account is on.
_BYPASSABLE: Final[Mapping[str, frozenset[Rule]]] = {
    "pull_request": BY_PEOPLE,
    "merge_queue": frozenset({Rule.MERGE_QUEUE}),
    "required_deployments": frozenset({Rule.DEPLOYMENTS}),
    "update": frozenset({Rule.UPDATES}),
    "creation": frozenset({Rule.CREATIONS}),
    "non_fast_forward": frozenset({Rule.FORCE_PUSHES}),
    "branch_name_pattern": frozenset({Rule.BRANCH_NAMES}),
    "commit_message_pattern": frozenset({Rule.MESSAGES}),
    "commit_author_email_pattern": frozenset({Rule.EMAILS}),
    "committer_email_pattern": frozenset({Rule.EMAILS}),
}
# With these nobody commits to a branch directly, as we do to ours.
_KEEP_COMMITS_OFF: Final = frozenset(
    {"update", "pull_request", "merge_queue", "required_status_checks", "required_deployments"}
)
# Asked of what is merged with or without us: nothing of ours meets or breaks them.
_MET_ANYWAY: Final = frozenset({"deletion", "non_fast_forward", "tag_name_pattern"})


@dataclass(frozen=True, slots=True)
class RuleAnswers:
    """What was answered of the base, and of branches as ours are called; None where we may not
    read it. `may_bypass` tells of the id of a ruleset whether our account is on its list, for
    merges or for all that is done to a branch.
    """

    branch: str
    of_base: Sequence[Told] | None
    of_tasks: tuple[str, Sequence[Told] | None]
    of_rollbacks: tuple[str, Sequence[Told] | None]
    protection: Told | None
    may_bypass: Callable[[int, bool], bool]


def read_branch_rules(answers: RuleAnswers) -> BranchRules:
    """Put together all that is asked: of two that ask for the same the stricter counts."""
    told = (answers.of_base, answers.of_tasks[1], answers.of_rollbacks[1])
    unread = frozenset(Rule) if None in told else frozenset[Rule]()
    rules = BranchRules(branch=answers.branch, unknown=unread)
    for each in answers.of_base or ():
        rules = _with_rule(rules, each, answers.may_bypass)
    rules = replace(
        rules,
        of_tasks=_own_branch(*answers.of_tasks, answers.may_bypass),
        of_rollbacks=_own_branch(*answers.of_rollbacks, answers.may_bypass),
    )
    return with_protection(rules, answers.protection)


def rulesets_to_ask_of(answers: Iterable[Sequence[Told] | None]) -> tuple[int, ...]:
    """The ids of the rulesets of which it matters whether we may bypass them."""
    told = (each for some in answers for each in some or ())
    ids = (each.get("ruleset_id") for each in told if each.get("type") in _BYPASSABLE)
    return tuple(dict.fromkeys(each for each in ids if isinstance(each, int)))


def _with_rule(
    rules: BranchRules, told: Told, may_bypass: Callable[[int, bool], bool]
) -> BranchRules:
    kind, parameters = text(told["type"]), told.get("parameters") or {}
    if (bypassable := _BYPASSABLE.get(kind)) and may_bypass(told.get("ruleset_id") or 0, True):
        rules = replace(rules, bypassed=rules.bypassed | bypassable)
        return _with_methods(rules, parameters) if kind == "pull_request" else rules
    match kind:
        case "required_status_checks":
            checks = tuple(text(each["context"]) for each in parameters[kind])
            strict = bool(parameters.get("strict_required_status_checks_policy"))
            return replace(
                rules,
                checks=tuple(dict.fromkeys((*rules.checks, *checks))),
                up_to_date=rules.up_to_date or (strict and bool(checks)),
            )
        case "pull_request":
            return _with_reviews(_with_methods(rules, parameters), parameters)
        case "required_linear_history":
            return replace(rules, linear_history=True)
        case "required_signatures":
            return replace(rules, signatures=True)
        case "merge_queue":
            told_method = str(parameters.get("merge_method") or "").lower()
            method = MergeMethod(told_method) if told_method in set(MergeMethod) else None
            return replace(rules, merge_queue=True, queue_method=method)
        case "required_deployments":
            named = map(str, parameters["required_deployment_environments"])
            return replace(rules, deployments=tuple(dict.fromkeys((*rules.deployments, *named))))
        case "update":
            return replace(rules, no_update=True)
        case "commit_message_pattern":
            return replace(rules, messages=(*rules.messages, _pattern(parameters)))
        case "commit_author_email_pattern" | "committer_email_pattern":
            return replace(rules, emails=(*rules.emails, _pattern(parameters)))
        case "creation" | "branch_name_pattern":
            return rules  # the base is there, and called as it is
        case _:
            met = kind in _MET_ANYWAY
            return rules if met else replace(rules, others=(*rules.others, kind))


def _with_reviews(rules: BranchRules, parameters: Told) -> BranchRules:
    # Who reviews which files is told apart since 2025; for us it is as a code owner's review.
    owners = parameters.get("require_code_owner_review") or parameters.get("required_reviewers")
    return replace(
        rules,
        approvals=max(rules.approvals, int(parameters.get("required_approving_review_count") or 0)),
        code_owners=rules.code_owners or bool(owners),
        last_push=rules.last_push or bool(parameters.get("require_last_push_approval")),
        conversations=rules.conversations
        or bool(parameters.get("required_review_thread_resolution")),
    )


def _with_methods(rules: BranchRules, parameters: Told) -> BranchRules:
    allowed = parameters.get("allowed_merge_methods") or list(MergeMethod)
    return replace(rules, methods=tuple(each for each in rules.methods if each in allowed))


def _own_branch(
    name: str, told: Sequence[Told] | None, may_bypass: Callable[[int, bool], bool]
) -> OwnBranch:
    asked = [each for each in told or () if not may_bypass(each.get("ruleset_id") or 0, False)]
    kinds = {text(each["type"]) for each in asked}
    return OwnBranch(
        name=name,
        no_creation="creation" in kinds,
        no_update=bool(kinds & _KEEP_COMMITS_OFF),
        no_force_push="non_fast_forward" in kinds,
        names=tuple(_patterns(asked, "branch_name_pattern")),
        messages=tuple(_patterns(asked, "commit_message_pattern")),
    )


def _patterns(asked: Iterable[Told], kind: str) -> Iterator[Pattern]:
    return (_pattern(each["parameters"]) for each in asked if each["type"] == kind)


def _pattern(parameters: Told) -> Pattern:
    operator, told = Operator(parameters["operator"]), text(parameters["pattern"])
    return Pattern(operator, told, bool(parameters.get("negate")))
