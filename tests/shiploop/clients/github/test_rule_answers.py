"""What GitHub tells of rules, put together: rulesets and classic protection, of every shape."""

from collections.abc import Sequence
from typing import Any

import pytest

from shiploop.clients.github.rule_answers import (
    RuleAnswers,
    read_branch_rules,
    rulesets_to_ask_of,
)
from shiploop.domain.delivery.rule_fates import Change, first_refusal
from shiploop.domain.delivery.rules import BranchRules, MergeMethod, Operator, Pattern, Rule

TASKS, ROLLBACKS = "orchestrator/faq-0", "hotfix/rollback-0"
SEEN = {
    "requiredApprovingReviewCount": None,
    "requiredStatusCheckContexts": ["lint"],
    "requiresCodeOwnerReviews": False,
    "requiresConversationResolution": False,
    "requiresLinearHistory": False,
    "requiresSignatures": False,
}
WHOLE: dict[str, Any] = {
    "isAdminEnforced": True,
    "lockBranch": False,
    "requireLastPushApproval": False,
    "requiredDeploymentEnvironments": None,
    "requiresDeployments": False,
    "requiresStrictStatusChecks": False,
    "restrictsPushes": False,
    "bypassPullRequestAllowances": {"nodes": []},
    "pushAllowances": {"nodes": []},
}
OURS = {"actor": {"__typename": "App", "slug": "shiploop"}}
HIDDEN = {Rule.UP_TO_DATE, Rule.LAST_PUSH, Rule.DEPLOYMENTS, Rule.UPDATES}


def told(kind: str, ruleset: int = 1, **parameters: object) -> dict[str, Any]:
    return {"type": kind, "ruleset_id": ruleset, "parameters": parameters}


def protection(
    seen: dict[str, Any] | None = None,
    whole: dict[str, Any] | None = None,
    permission: str = "WRITE",
    **settings: object,
) -> dict[str, Any]:
    allowed = {"mergeCommitAllowed": False, "rebaseMergeAllowed": False, "squashMergeAllowed": True}
    ref = {"refUpdateRule": seen, "branchProtectionRule": whole}
    repository = allowed | settings | {"viewerPermission": permission, "ref": ref}
    return {"viewer": {"login": "shiploop[bot]"}, "repository": repository}


def read(
    *of_base: dict[str, Any],
    tasks: Sequence[dict[str, Any]] | None = (),
    classic: dict[str, Any] | None = None,
    bypassed: dict[int, bool] | None = None,
) -> BranchRules:
    bypasses = bypassed or {}
    return read_branch_rules(
        RuleAnswers(
            branch="main",
            of_base=of_base,
            of_tasks=(TASKS, tasks),
            of_rollbacks=(ROLLBACKS, ()),
            protection=classic or protection(),
            # What is told as `pull_requests_only` counts for merges alone.
            may_bypass=lambda ruleset, merging: (
                ruleset in bypasses and (merging or bypasses[ruleset])
            ),
        )
    )


def test_a_branch_without_rules_asks_for_nothing() -> None:
    rules = read()
    assert (rules.unknown, rules.bypassed, rules.methods) == (
        frozenset(),
        frozenset(),
        (MergeMethod.SQUASH,),
    )
    assert first_refusal(rules, Change.TASK) is None


def test_of_two_rulesets_the_stricter_counts() -> None:
    rules = read(
        told("pull_request", 1, required_approving_review_count=1),
        told(
            "pull_request",
            2,
            required_approving_review_count=3,
            require_code_owner_review=True,
            require_last_push_approval=True,
            required_review_thread_resolution=True,
            allowed_merge_methods=["rebase"],
        ),
        classic=protection(rebaseMergeAllowed=True),
    )
    assert (rules.approvals, rules.code_owners, rules.last_push, rules.conversations) == (
        3,
        True,
        True,
        True,
    )
    assert rules.methods == (MergeMethod.REBASE,)


def test_what_is_asked_by_each_type_of_rule() -> None:
    pattern: dict[str, Any] = {"operator": "starts_with", "pattern": "docs: ", "negate": True}
    rules = read(
        told(
            "required_status_checks",
            required_status_checks=[{"context": "faq-gate", "integration_id": 15368}],
            strict_required_status_checks_policy=True,
        ),
        told("required_linear_history"),
        told("required_signatures"),
        told("merge_queue", merge_method="REBASE"),
        told("required_deployments", required_deployment_environments=["staging"]),
        told("update"),
        told("creation"),
        told("deletion"),
        told("non_fast_forward"),
        told("commit_message_pattern", **pattern),
        told("commit_author_email_pattern", **pattern),
        told("code_scanning"),
    )
    asked = Pattern(Operator.STARTS_WITH, "docs: ", negate=True)
    assert rules == BranchRules(
        branch="main",
        checks=("faq-gate",),
        up_to_date=True,
        methods=(MergeMethod.SQUASH,),
        linear_history=True,
        signatures=True,
        merge_queue=True,
        queue_method=MergeMethod.REBASE,
        deployments=("staging",),
        no_update=True,
        messages=(asked,),
        emails=(asked,),
        others=("code_scanning",),
        of_tasks=rules.of_tasks,
        of_rollbacks=rules.of_rollbacks,
    )
    assert (rules.of_tasks.name, rules.of_rollbacks.name) == (TASKS, ROLLBACKS)


def test_our_own_branches_are_asked_for_what_a_branch_of_that_name_is() -> None:
    names = told("branch_name_pattern", operator="contains", pattern="/feature/")
    asked = [told("creation"), told("update"), told("non_fast_forward"), names]
    own = read(tasks=asked).of_tasks
    assert (own.no_creation, own.no_update, own.no_force_push) == (True, True, True)
    for kind in ("pull_request", "required_status_checks"):
        assert read(tasks=[told(kind)]).of_tasks.no_update
    assert own.names == (Pattern(Operator.CONTAINS, "/feature/"),)
    # To merge by a list is not to push by it.
    assert read(tasks=asked, bypassed={1: False}).of_tasks == own
    assert not read(tasks=asked, bypassed={1: True}).of_tasks.no_creation


def test_a_bypass_exempts_from_what_others_have_to_do_and_from_no_check() -> None:
    asked = (
        told("pull_request", required_approving_review_count=1, allowed_merge_methods=["squash"]),
        told("merge_queue"),
        told(
            "required_status_checks",
            required_status_checks=[{"context": "faq-gate"}],
            strict_required_status_checks_policy=True,
        ),
    )
    rules = read(*asked, bypassed={1: False}, classic=protection(mergeCommitAllowed=True))
    assert (rules.approvals, rules.merge_queue, rules.checks) == (0, False, ("faq-gate",))
    assert (rules.up_to_date, rules.methods) == (True, (MergeMethod.SQUASH,))
    assert {Rule.REVIEWS, Rule.MERGE_QUEUE} <= rules.bypassed
    # Another ruleset, on whose list we are not, asks for it all the same.
    reviews = told("pull_request", 2, required_approving_review_count=2)
    both = read(*asked, reviews, bypassed={1: False})
    assert both.approvals == 2


def test_the_queue_of_a_branch_is_told_whatever_asks_for_it() -> None:
    queue = {"configuration": {"mergeMethod": "MERGE"}}
    rules = read(classic=protection(mergeQueue=queue))
    assert (rules.merge_queue, rules.queue_method, rules.method) == (
        True,
        MergeMethod.MERGE,
        MergeMethod.MERGE,
    )
    assert read(classic=protection(mergeQueue={"configuration": None})).queue_method is None
    bypassed = read(told("merge_queue"), bypassed={1: False}, classic=protection(mergeQueue=queue))
    assert not bypassed.merge_queue


def test_only_rulesets_of_which_it_matters_are_asked_of() -> None:
    asked = [told("pull_request", 7), told("merge_queue", 7), told("required_signatures", 8)]
    assert rulesets_to_ask_of([asked, None, [told("creation", 9)]]) == (7, 9)


def test_what_may_not_be_read_is_unknown() -> None:
    assert read(tasks=None).unknown == frozenset(Rule)
    assert read(classic=protection(SEEN)).unknown == HIDDEN
    assert read(classic=protection(SEEN, WHOLE)).unknown == frozenset()
    answers = RuleAnswers("main", (), (TASKS, ()), (ROLLBACKS, ()), None, lambda *_: False)
    assert Rule.REVIEWS in read_branch_rules(answers).unknown
    assert Rule.MERGE_QUEUE not in read_branch_rules(answers).unknown


def test_classic_protection_is_told_to_everybody_in_part() -> None:
    seen = SEEN | {
        "requiredApprovingReviewCount": 2,
        "requiresCodeOwnerReviews": True,
        "requiresConversationResolution": True,
        "requiresLinearHistory": True,
        "requiresSignatures": True,
    }
    rules = read(classic=protection(seen))
    assert (rules.checks, rules.approvals, rules.code_owners) == (("lint",), 2, True)
    assert (rules.conversations, rules.linear_history, rules.signatures) == (True, True, True)


@pytest.mark.parametrize("changes", [{"lockBranch": True}, {"restrictsPushes": True}])
def test_classic_protection_may_keep_us_out(changes: dict[str, Any]) -> None:
    refused = first_refusal(read(classic=protection(SEEN, WHOLE | changes)), Change.TASK)
    assert refused is not None
    assert refused.rule is Rule.UPDATES


def test_classic_protection_may_ask_for_deployments_which_are_waited_for() -> None:
    asked = {"requiresDeployments": True, "requiredDeploymentEnvironments": ["staging"]}
    rules = read(classic=protection(SEEN, WHOLE | asked))
    assert first_refusal(rules, Change.TASK) is None
    assert rules.deployments == ("staging",)


def test_who_is_listed_is_not_kept_out() -> None:
    listed = WHOLE | {"restrictsPushes": True, "pushAllowances": {"nodes": [OURS]}}
    assert not read(classic=protection(SEEN, listed)).no_update
    team = {"actor": {"__typename": "Team"}}  # which may be ours
    listed["pushAllowances"] = {"nodes": [None, team]}
    assert not read(classic=protection(SEEN, listed)).no_update


def test_classic_protection_exempts_its_list_and_administrators_that_it_does_not_bind() -> None:
    seen = SEEN | {"requiredApprovingReviewCount": 1, "requiresConversationResolution": True}
    listed = WHOLE | {"bypassPullRequestAllowances": {"nodes": [OURS]}}
    rules = read(classic=protection(seen, listed))
    assert (rules.approvals, rules.conversations) == (0, True)
    assert rules.bypassed == {Rule.REVIEWS}
    loose = WHOLE | {"isAdminEnforced": False}
    rules = read(classic=protection(seen, loose, permission="ADMIN"))
    assert (rules.approvals, rules.conversations) == (0, False)
    assert read(classic=protection(seen, WHOLE, permission="ADMIN")).approvals == 1
