"""Reads what classic protection asks for, and how a repository merges: pure, no I/O.

It is told as the answer to READ_PROTECTION. Source:
https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-protected-branches/about-protected-branches
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from shiploop.clients.github.reading import text
from shiploop.domain.delivery.rules import BY_PEOPLE, BranchRules, MergeMethod, Rule

_Told = Mapping[str, Any]

# To administrators alone: of everybody else it stays unknown whether protection asks for them.
_HIDDEN: Final = frozenset({Rule.UP_TO_DATE, Rule.LAST_PUSH, Rule.DEPLOYMENTS, Rule.UPDATES})
_BY_PROTECTION: Final = frozenset(
    {
        Rule.CHECKS,
        Rule.REVIEWS,
        Rule.CODE_OWNERS,
        Rule.CONVERSATIONS,
        Rule.LINEAR_HISTORY,
        Rule.SIGNATURES,
        Rule.MERGE_METHODS,
        *_HIDDEN,
    }
)


def with_protection(rules: BranchRules, told: _Told | None) -> BranchRules:
    """Add what is asked of the base; `told` is None where it may not be read."""
    if told is None:
        return replace(rules, unknown=rules.unknown | _BY_PROTECTION)
    repository = told["repository"]
    rules = replace(rules, methods=tuple(_allowed(repository, rules.methods)))
    rules = _with_queue(rules, repository)
    ref = repository.get("ref") or {}
    seen, whole = ref.get("refUpdateRule"), ref.get("branchProtectionRule")
    if seen is None:
        return rules
    rules = replace(
        rules,
        checks=_checks(rules, seen),
        linear_history=rules.linear_history or bool(seen["requiresLinearHistory"]),
        signatures=rules.signatures or bool(seen["requiresSignatures"]),
        unknown=rules.unknown | (_HIDDEN if whole is None else frozenset()),
    )
    asked = BranchRules(
        approvals=int(seen["requiredApprovingReviewCount"] or 0),
        code_owners=bool(seen["requiresCodeOwnerReviews"]),
        conversations=bool(seen["requiresConversationResolution"]),
        last_push=bool(whole and whole["requireLastPushApproval"]),
        deployments=_environments(whole or {}),
        no_update=bool(whole and _keeps_out(whole, told)),
    )
    exempt = _exempted(repository, whole or {}, told)
    rules = replace(rules, up_to_date=rules.up_to_date or bool(whole and _is_strict(whole)))
    return _joined(rules, asked, exempt)


def _with_queue(rules: BranchRules, repository: _Told) -> BranchRules:
    """Add the queue of the base, of whatever kind the rule is that asks for one.

    One of a ruleset that we may bypass is in `bypassed` by now, and is not asked of us.
    """
    queue = repository.get("mergeQueue")
    if queue is None or Rule.MERGE_QUEUE in rules.bypassed:
        return rules
    told = str((queue.get("configuration") or {}).get("mergeMethod") or "").lower()
    method = MergeMethod(told) if told in set(MergeMethod) else rules.queue_method
    return replace(rules, merge_queue=True, queue_method=method)


def _checks(rules: BranchRules, seen: _Told) -> tuple[str, ...]:
    named = (str(each) for each in seen.get("requiredStatusCheckContexts") or () if each)
    return tuple(dict.fromkeys((*rules.checks, *named)))


def _joined(rules: BranchRules, asked: BranchRules, exempt: frozenset[Rule]) -> BranchRules:
    """What is asked, but for what we are exempted from."""
    wanted = {
        Rule.REVIEWS: asked.approvals > 0,
        Rule.CODE_OWNERS: asked.code_owners,
        Rule.LAST_PUSH: asked.last_push,
        Rule.CONVERSATIONS: asked.conversations,
        Rule.DEPLOYMENTS: bool(asked.deployments),
        Rule.UPDATES: asked.no_update,
    }
    holds = {rule: is_asked and rule not in exempt for rule, is_asked in wanted.items()}
    return replace(
        rules,
        approvals=max(rules.approvals, asked.approvals if holds[Rule.REVIEWS] else 0),
        code_owners=rules.code_owners or holds[Rule.CODE_OWNERS],
        last_push=rules.last_push or holds[Rule.LAST_PUSH],
        conversations=rules.conversations or holds[Rule.CONVERSATIONS],
        deployments=rules.deployments + (asked.deployments if holds[Rule.DEPLOYMENTS] else ()),
        no_update=rules.no_update or holds[Rule.UPDATES],
        bypassed=rules.bypassed | {rule for rule in exempt if wanted.get(rule)},
    )


def _allowed(repository: _Told, methods: Iterable[MergeMethod]) -> Iterator[MergeMethod]:
    fields = {
        MergeMethod.SQUASH: "squashMergeAllowed",
        MergeMethod.REBASE: "rebaseMergeAllowed",
        MergeMethod.MERGE: "mergeCommitAllowed",
    }
    return (each for each in methods if repository[fields[each]])


def _is_strict(whole: _Told) -> bool:
    return bool(whole["requiresStrictStatusChecks"])


def _environments(whole: _Told) -> tuple[str, ...]:
    if not whole.get("requiresDeployments"):
        return ()
    return tuple(str(each) for each in whole.get("requiredDeploymentEnvironments") or () if each)


def _keeps_out(whole: _Told, told: _Told) -> bool:
    if whole["lockBranch"]:
        return True
    # A team may be ours: then GitHub's own words decide.
    return bool(whole["restrictsPushes"]) and not _is_listed(whole["pushAllowances"], told)


def _exempted(repository: _Told, whole: _Told, told: _Told) -> frozenset[Rule]:
    """What classic protection does not ask of our account."""
    if whole and not whole["isAdminEnforced"] and repository.get("viewerPermission") == "ADMIN":
        return BY_PEOPLE | {Rule.DEPLOYMENTS, Rule.UPDATES}
    if whole and _is_listed(whole["bypassPullRequestAllowances"], told, teams=False):
        return frozenset({Rule.REVIEWS, Rule.CODE_OWNERS, Rule.LAST_PUSH})
    return frozenset()


def _is_listed(allowances: _Told, told: _Told, *, teams: bool = True) -> bool:
    ours = text(told["viewer"]["login"]).removesuffix("[bot]").casefold()
    actors = [(each or {}).get("actor") or {} for each in allowances.get("nodes") or ()]
    return any(
        (teams and each.get("__typename") == "Team")
        or str(each.get("login") or each.get("slug") or "").casefold() == ours
        for each in actors
    )
