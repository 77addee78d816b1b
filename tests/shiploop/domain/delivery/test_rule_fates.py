"""What becomes of a task and of a rollback by each rule, as the documentation tells it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.domain.delivery.rule_fates import (
    Change,
    Fate,
    Obeyed,
    Parked,
    Refused,
    Unread,
    fates,
    first_refusal,
    message_refusal,
    review_asked_for,
)
from shiploop.domain.delivery.rules import (
    NOTHING_READ,
    BranchRules,
    MergeMethod,
    Operator,
    OwnBranch,
    Pattern,
    Rule,
)
from shiploop.domain.delivery.task import WaitingFor

MAIN = BranchRules(branch="main")
DOCS = Pattern(Operator.STARTS_WITH, "docs: ")
OWN = OwnBranch("orchestrator/faq-1", messages=(DOCS,))
ASKED = {
    Rule.CHECKS: replace(MAIN, checks=("faq-gate",)),
    Rule.REVIEWS: replace(MAIN, approvals=2),
    Rule.CODE_OWNERS: replace(MAIN, code_owners=True),
    Rule.LAST_PUSH: replace(MAIN, approvals=1, last_push=True),
    Rule.CONVERSATIONS: replace(MAIN, conversations=True),
    Rule.UP_TO_DATE: replace(MAIN, up_to_date=True),
    Rule.MERGE_METHODS: replace(MAIN, methods=()),
    Rule.LINEAR_HISTORY: replace(MAIN, linear_history=True),
    Rule.SIGNATURES: replace(MAIN, signatures=True),
    Rule.MERGE_QUEUE: replace(MAIN, merge_queue=True),
    Rule.DEPLOYMENTS: replace(MAIN, deployments=("staging",)),
    Rule.UPDATES: replace(MAIN, no_update=True),
    Rule.CREATIONS: replace(MAIN, of_tasks=OwnBranch("orchestrator/faq-1", no_creation=True)),
    Rule.FORCE_PUSHES: replace(MAIN, of_tasks=OwnBranch("orchestrator/faq-1", no_force_push=True)),
    Rule.BRANCH_NAMES: replace(MAIN, of_tasks=OwnBranch("orchestrator/faq-1", names=(DOCS,))),
    Rule.MESSAGES: replace(MAIN, messages=(DOCS,)),
    Rule.EMAILS: replace(MAIN, emails=(Pattern(Operator.ENDS_WITH, "@example.com"),)),
    Rule.OTHERS: replace(MAIN, others=("code_scanning",)),
}
FATES: dict[Rule, type[Fate]] = {
    Rule.CHECKS: Obeyed,
    Rule.REVIEWS: Parked,
    Rule.CODE_OWNERS: Parked,
    Rule.LAST_PUSH: Parked,
    Rule.CONVERSATIONS: Parked,
    Rule.UP_TO_DATE: Obeyed,
    Rule.MERGE_METHODS: Refused,
    Rule.LINEAR_HISTORY: Obeyed,
    Rule.SIGNATURES: Obeyed,
    Rule.MERGE_QUEUE: Obeyed,
    Rule.DEPLOYMENTS: Obeyed,
    Rule.UPDATES: Refused,
    Rule.CREATIONS: Refused,
    Rule.FORCE_PUSHES: Obeyed,
    Rule.BRANCH_NAMES: Refused,
    Rule.MESSAGES: Obeyed,
    Rule.EMAILS: Obeyed,
    Rule.OTHERS: Unread,
}
OF_OUR_BRANCHES = {Rule.CREATIONS, Rule.FORCE_PUSHES, Rule.BRANCH_NAMES}

some_rules = st.builds(
    BranchRules,
    approvals=st.integers(0, 6),
    code_owners=st.booleans(),
    last_push=st.booleans(),
    conversations=st.booleans(),
    methods=st.lists(st.sampled_from(MergeMethod), unique=True).map(tuple),
    linear_history=st.booleans(),
    signatures=st.booleans(),
    merge_queue=st.booleans(),
    deployments=st.lists(st.sampled_from(["staging", "preview"]), unique=True).map(tuple),
    no_update=st.booleans(),
    unknown=st.frozensets(st.sampled_from(Rule)),
)


def by_rule(rules: BranchRules, rule: Rule, change: Change = Change.TASK) -> list[Fate]:
    return [fate for fate in fates(rules, change) if fate.rule is rule]


@pytest.mark.parametrize("rule", list(Rule))
def test_each_rule_has_its_fate(rule: Rule) -> None:
    (fate,) = by_rule(ASKED[rule], rule)
    assert type(fate) is FATES[rule]
    others = [each for each in fates(MAIN, Change.TASK) if each.rule is rule]
    assert others == ([Obeyed(rule, "It is merged by squash.")] if "methods" in rule else [])


@pytest.mark.parametrize("rule", sorted(OF_OUR_BRANCHES))
def test_a_rollback_asks_for_its_own_branches(rule: Rule) -> None:
    tasks = ASKED[rule]
    assert by_rule(tasks, rule, Change.ROLLBACK) == []
    rollbacks = replace(MAIN, of_rollbacks=tasks.of_tasks)
    (of_rollback,), (of_task,) = by_rule(rollbacks, rule, Change.ROLLBACK), by_rule(tasks, rule)
    setting = "SHIPLOOP_BRANCH_PREFIX", "SHIPLOOP_ROLLBACK_BRANCH_PREFIX"
    assert str(of_rollback) == str(of_task).replace(*setting)


@given(some_rules, st.sampled_from(Change))
def test_what_could_not_be_read_says_so(rules: BranchRules, change: Change) -> None:
    unread = {fate.rule for fate in fates(rules, change) if isinstance(fate, Unread)}
    assert unread == rules.unknown


@given(some_rules, st.sampled_from(Change))
def test_what_is_refused_says_why_and_what_to_change(rules: BranchRules, change: Change) -> None:
    refused = first_refusal(rules, change)
    by_no_method = not rules.merge_queue and not rules.usable_methods
    assert (refused is not None) == (rules.no_update or by_no_method)
    if refused is not None:
        assert refused.reason
        assert refused.advice.endswith(".")


def test_a_queue_merges_by_its_own_method_and_brings_all_up_to_date() -> None:
    queued = replace(MAIN, merge_queue=True, up_to_date=True, methods=(MergeMethod.SQUASH,))
    told = {fate.rule: fate.how for fate in fates(queued, Change.TASK) if isinstance(fate, Obeyed)}
    assert told == {
        Rule.UP_TO_DATE: "The merge queue checks it on the newest base.",
        Rule.MERGE_QUEUE: (
            "It is put into the merge queue of main, which merges it once the required checks "
            "passed on the merge group, too."
        ),
    }
    rebasing = replace(queued, queue_method=MergeMethod.REBASE)
    assert rebasing.method is MergeMethod.REBASE
    (fate,) = by_rule(rebasing, Rule.MERGE_QUEUE)
    assert isinstance(fate, Obeyed)
    assert "which merges it by rebase once" in fate.how


def test_of_a_merge_commit_of_a_queue_the_message_is_githubs() -> None:
    asked = replace(MAIN, merge_queue=True, messages=(DOCS,))
    refused = [
        message_refusal(replace(asked, queue_method=method), Change.TASK, "Update", "")
        for method in (MergeMethod.SQUASH, MergeMethod.MERGE)
    ]
    assert [each is None for each in refused] == [False, True]


def test_nothing_that_is_not_known_refuses_or_parks_anything() -> None:
    for change in Change:
        assert first_refusal(NOTHING_READ, change) is None
    assert review_asked_for(NOTHING_READ) is None


@pytest.mark.parametrize(
    ("rules", "waiting_for"),
    [
        (MAIN, None),
        (ASKED[Rule.REVIEWS], WaitingFor.REVIEW),
        (ASKED[Rule.CODE_OWNERS], WaitingFor.CODE_OWNER),
        (replace(MAIN, approvals=1, code_owners=True), WaitingFor.CODE_OWNER),
        (ASKED[Rule.CONVERSATIONS], None),  # there are none when it is opened
    ],
)
def test_for_whom_a_new_pull_request_waits(
    rules: BranchRules, waiting_for: WaitingFor | None
) -> None:
    asked = review_asked_for(rules)
    assert (asked and asked.waiting_for) == waiting_for


@given(some_rules)
def test_the_method_is_the_first_that_everything_allows(rules: BranchRules) -> None:
    for method in rules.usable_methods:
        assert method in rules.methods
    assert (MergeMethod.MERGE in rules.usable_methods) <= (not rules.linear_history)
    assert (MergeMethod.REBASE in rules.usable_methods) <= (not rules.signatures)
    if MergeMethod.SQUASH in rules.methods:
        assert rules.method is MergeMethod.SQUASH


@pytest.mark.parametrize(
    ("rules", "headline", "is_refused"),
    [
        (MAIN, "Answer it", False),
        (ASKED[Rule.MESSAGES], "Answer it", True),
        (ASKED[Rule.MESSAGES], "docs: answer it", False),
        (replace(MAIN, messages=(Pattern(Operator.REGEX, "^docs: "),)), "Answer it", False),
        (replace(MAIN, messages=(Pattern(Operator.CONTAINS, "(#"),)), "Answer it", False),
        (
            replace(
                MAIN,
                messages=(Pattern(Operator.CONTAINS, "(#"),),
                methods=(MergeMethod.REBASE,),
            ),
            "Answer it",
            True,
        ),
        (replace(MAIN, of_tasks=OWN), "Answer it", True),
        (replace(MAIN, of_rollbacks=OWN), "Answer it", False),
        (replace(MAIN, messages=(replace(DOCS, negate=True),)), "docs: answer it", True),
    ],
)
def test_a_message_that_no_pattern_allows_is_refused_beforehand(
    rules: BranchRules, headline: str, is_refused: bool
) -> None:
    refused = message_refusal(rules, Change.TASK, headline, "Trace-Id: 1")
    assert (refused is not None) is is_refused


@given(st.sampled_from([each for each in Operator if each is not Operator.REGEX]), st.text())
def test_a_pattern_that_is_negated_allows_what_it_did_not(operator: Operator, text: str) -> None:
    pattern = Pattern(operator, "docs")
    assert pattern.allows(text) is not replace(pattern, negate=True).allows(text)
    assert Pattern(Operator.REGEX, "(a+)+$").allows(text) is None
