"""Reading what GitHub tells of checks: what is null or hidden is never taken for good news."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.clients.github.check_answers import (
    read_expected_apps,
    read_heads,
    read_more,
    read_required_checks,
)
from shiploop.clients.github.graphql_answer import GraphQLError
from shiploop.domain.delivery.checks import Check, CheckKind, Conclusion, KnownChecks
from shiploop.domain.delivery.pull_request import HeadChecks
from tests.builders import ACTIONS, NOON, a_check

SHA = "a" * 40
AT = "2026-11-22T12:00:00Z"


def a_run(conclusion: str | None, **changes: Any) -> dict[str, Any]:
    """A check run as the poll reads it, in GitHub's words."""
    suite = {
        "databaseId": 1,
        "status": "IN_PROGRESS",
        "app": {"databaseId": ACTIONS},
        "workflowRun": {"databaseId": 1, "event": "pull_request", "workflow": {"databaseId": 7}},
    }
    run = {
        "__typename": "CheckRun",
        "databaseId": 1,
        "name": "faq-gate",
        "conclusion": conclusion,
        "startedAt": AT,
        "completedAt": None if conclusion is None else "2026-11-22T12:01:00Z",
        "checkSuite": suite,
    }
    return {**run, **changes}


def a_status(state: str) -> dict[str, Any]:
    return {"__typename": "StatusContext", "context": "gate", "state": state, "createdAt": AT}


def rollup(*nodes: Any, more: str | None = None) -> dict[str, Any]:
    page = {"hasNextPage": more is not None, "endCursor": more}
    return {"contexts": {"pageInfo": page, "nodes": list(nodes)}}


def a_pull(checks: Any, mergeable: str = "MERGEABLE", **changes: Any) -> dict[str, Any]:
    commit = {"id": "C_1", "oid": SHA, "statusCheckRollup": checks}
    commits = {"nodes": [{"commit": commit}]}
    pull = {"headRefOid": SHA, "baseRefName": "main", "mergeable": mergeable, "commits": commits}
    return {**pull, **changes}


def known(*nodes: Any) -> KnownChecks:
    (read,) = read_heads([a_pull(rollup(*nodes))], (), "main")
    return read.head.checks


def hiding(*path: object) -> GraphQLError:
    return GraphQLError("FORBIDDEN", "Resource not accessible", "nodes", ("nodes", *path))


@pytest.mark.parametrize(
    ("told", "conclusion"),
    [
        ("SUCCESS", Conclusion.SUCCESS),
        ("TIMED_OUT", Conclusion.TIMED_OUT),
        ("SPLENDID", Conclusion.UNKNOWN),
        (None, None),
    ],
)
def test_a_check_run_is_read_with_its_app_and_run(
    told: str | None, conclusion: Conclusion | None
) -> None:
    assert known(a_run(told)) == KnownChecks((a_check(conclusion),))


@pytest.mark.parametrize(
    ("told", "conclusion"),
    [
        ("SUCCESS", Conclusion.SUCCESS),
        ("ERROR", Conclusion.ERROR),
        ("PENDING", None),
        ("EXPECTED", None),
    ],
)
def test_a_commit_status_is_read_as_one(told: str, conclusion: Conclusion | None) -> None:
    status = Check("gate", conclusion, CheckKind.STATUS, started_at=NOON)
    assert known(a_status(told)) == KnownChecks((status,))


def test_what_may_be_null_of_a_check_run_is_left_out() -> None:
    nothing = dict.fromkeys(["databaseId", "startedAt", "completedAt", "checkSuite"])
    assert known(a_run("SUCCESS", **nothing)) == KnownChecks(
        (Check("faq-gate", Conclusion.SUCCESS),)
    )
    suite = {"databaseId": 2, "status": "COMPLETED", "app": None, "workflowRun": None}
    assert known(a_run("SUCCESS", checkSuite=suite)).checks[0].run_is_over


def test_what_is_hidden_is_counted_and_the_others_are_read() -> None:
    found = known(None, a_run("SUCCESS"), None)
    assert found == KnownChecks((a_check(Conclusion.SUCCESS),), unreadable=2)
    strange = known({}, {"__typename": "CheckRun"}, a_run("SUCCESS", startedAt="noon"))
    assert strange == KnownChecks(unreadable=3)


def test_checks_that_are_hidden_whole_are_counted_by_what_github_says() -> None:
    errors = [hiding(1, "commits", "nodes", 0, "commit", "statusCheckRollup"), hiding()]
    errors.append(GraphQLError("NOT_FOUND", "gone", "nodes", ("nodes", 0)))
    heads = [read.head for read in read_heads([a_pull(None), a_pull(None)], errors, "main")]
    assert heads == [HeadChecks(SHA), HeadChecks(SHA, KnownChecks(unreadable=1))]


def test_what_there_is_more_of_is_told_with_where_it_begins() -> None:
    (read,) = read_heads([a_pull(rollup(a_run(None), more="c1"))], (), "main")
    assert (read.commit_id, read.next_page) == ("C_1", "c1")
    more = {"statusCheckRollup": rollup(a_run("SUCCESS"), more="c2")}
    assert read_more(more) == (KnownChecks((a_check(Conclusion.SUCCESS),)), "c2")


@pytest.mark.parametrize("commit", [None, {}, {"statusCheckRollup": None}])
def test_a_further_page_that_is_not_there_is_not_the_end_of_the_list(commit: Any) -> None:
    assert read_more(commit) == (KnownChecks(unreadable=1), None)


def test_pull_requests_without_checks_are_silent_and_those_that_are_gone_left_out() -> None:
    hidden = a_pull(None, commits={"nodes": [None]})
    nodes = [None, {}, hidden, a_pull(None, "UNKNOWN")]
    heads = [read.head for read in read_heads(nodes, (), "main")]
    assert heads == [HeadChecks(SHA), HeadChecks(SHA)]
    assert heads[0].is_silent


def test_a_pull_request_that_is_pointed_at_another_branch_is_told_with_it() -> None:
    (read,) = read_heads([a_pull(None, baseRefName="release")], (), "main")
    assert read.head == HeadChecks(SHA, other_base="release")
    assert not read.head.is_silent


def test_a_pull_request_that_conflicts_is_told_with_its_head() -> None:
    (read,) = read_heads([a_pull(None, "CONFLICTING")], (), "main")
    assert read.head == HeadChecks(SHA, conflicting=True)
    assert not read.head.is_silent


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.lists(_json | st.just(a_run("SUCCESS")), max_size=5))
def test_no_check_of_whatever_shape_keeps_another_from_being_read(nodes: list[Any]) -> None:
    ours = [each for each in nodes if each == a_run("SUCCESS")]
    found = known(*nodes)
    assert len(found.checks) == len(ours)
    assert found.unreadable == len(nodes) - len(ours)


@pytest.mark.parametrize(
    ("rule", "names", "apps"),
    [
        ({}, (), ()),
        ({"refUpdateRule": {"requiredStatusCheckContexts": None}}, (), ()),
        ({"refUpdateRule": {"requiredStatusCheckContexts": ["gate", None]}}, ("gate",), ()),
        (
            {
                "refUpdateRule": {"requiredStatusCheckContexts": ["gate"]},
                "branchProtectionRule": {
                    "requiredStatusChecks": [
                        {"context": "gate", "app": {"databaseId": 1}},
                        {"context": "lint", "app": None},
                    ]
                },
            },
            ("gate", "lint"),
            (("gate", 1),),
        ),
        (
            {
                "refUpdateRule": None,
                "branchProtectionRule": None,
                "rules": {
                    "nodes": [
                        None,
                        {"parameters": None},
                        {"parameters": {}},
                        {
                            "parameters": {
                                "requiredStatusChecks": [
                                    {"context": "gate", "integrationId": 2},
                                    {"context": "lint", "integrationId": None},
                                ]
                            }
                        },
                    ]
                },
            },
            ("gate", "lint"),
            (("gate", 2),),
        ),
    ],
)
def test_what_a_branch_asks_for_is_read_from_protection_and_rulesets(
    rule: Any, names: tuple[str, ...], apps: tuple[tuple[str, int], ...]
) -> None:
    assert read_required_checks(rule) == names
    assert read_expected_apps(rule) == apps
