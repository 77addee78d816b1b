"""Reads what GitHub tells of checks, and of which it asks for, into values: pure, no I/O.

Each field that GitHub's schema lets be null may be.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from shiploop.clients.github.graphql_answer import GraphQLError
from shiploop.clients.github.reading import text
from shiploop.domain.delivery.checks import Check, CheckKind, KnownChecks, read_conclusion
from shiploop.domain.delivery.pull_request import HeadChecks, Mergeable
from shiploop.domain.delivery.webhook_facts import DeployState, read_deploy_state
from shiploop.domain.timestamps import from_iso

_FORBIDDEN = frozenset({"FORBIDDEN", "INSUFFICIENT_SCOPES"})


@dataclass(frozen=True, slots=True)
class ReadHead:
    """A head as one page tells it; `next_page` is where the rest of its checks begins."""

    head: HeadChecks
    commit_id: str
    next_page: str | None


def read_required_checks(rule: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the checks that a branch asks for, by protection and by rulesets."""
    protection = rule.get("refUpdateRule") or {}
    names = [*(protection.get("requiredStatusCheckContexts") or ())]
    names += [each["context"] for each in (*_of_rulesets(rule), *_of_protection(rule))]
    return tuple(dict.fromkeys(name for name in names if name))


def read_expected_apps(rule: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    """Which of these have to come from one app: those of rulesets, and of protection to admins."""
    rules = [(each["context"], each.get("integrationId")) for each in _of_rulesets(rule)]
    rules += [
        (each["context"], (each.get("app") or {}).get("databaseId"))
        for each in _of_protection(rule)
    ]
    return tuple(dict.fromkeys((name, app) for name, app in rules if app is not None))


def read_heads(
    nodes: Sequence[Mapping[str, Any] | None],
    errors: Iterable[GraphQLError],
    base_branch: str,
) -> Iterator[ReadHead]:
    """Read the answer to POLL_CHECKS; pull requests that are gone are left out."""
    hidden = [error.path[1] for error in errors if _hides_one(error)]
    for number, pull in enumerate(nodes):
        commit = _head_commit(pull or {})
        if pull:
            yield _read_head(pull, commit, hidden.count(number), base_branch)


def read_more(commit: Mapping[str, Any] | None) -> tuple[KnownChecks, str | None]:
    """Read the answer to MORE_CHECKS: further checks, and where those after them begin."""
    rollup = (commit or {}).get("statusCheckRollup")
    return _page(rollup) if rollup else (KnownChecks(unreadable=1), None)


def _of_protection(rule: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    protection = rule.get("branchProtectionRule") or {}
    yield from (each for each in protection.get("requiredStatusChecks") or () if each)


def _of_rulesets(rule: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for each in (rule.get("rules") or {}).get("nodes") or ():
        parameters = (each or {}).get("parameters") or {}
        yield from parameters.get("requiredStatusChecks") or ()


def _hides_one(error: GraphQLError) -> bool:
    return error.type in _FORBIDDEN and error.path[:1] == ("nodes",) and len(error.path) > 1


def _head_commit(pull: Mapping[str, Any]) -> Mapping[str, Any]:
    nodes = (pull.get("commits") or {}).get("nodes") or ()
    commits = (node["commit"] for node in nodes if node and node.get("commit"))
    return next(commits, {"oid": pull.get("headRefOid")})


def _read_head(
    pull: Mapping[str, Any], commit: Mapping[str, Any], hidden: int, base_branch: str
) -> ReadHead:
    known, next_page = _page(commit.get("statusCheckRollup") or {})
    known = replace(known, unreadable=max(known.unreadable, hidden))
    conflicting = pull.get("mergeable") == Mergeable.CONFLICTING
    other_base = pull["baseRefName"] if pull["baseRefName"] != base_branch else None
    pull_id = str(pull.get("id") or "")
    deployed = _deployed((commit.get("deployments") or {}).get("nodes") or ())
    head = HeadChecks(text(commit["oid"]), known, conflicting, other_base, pull_id, deployed)
    return ReadHead(head, str(commit.get("id") or ""), next_page)


def _deployed(newest_first: Iterable[Mapping[str, Any] | None]) -> dict[str, DeployState]:
    """The state of the newest deployment to each environment; one without a status is pending."""
    states: dict[str, DeployState] = {}
    for node in newest_first:
        status = (node or {}).get("latestStatus") or {}
        told = str(status.get("state") or DeployState.PENDING)
        states.setdefault(
            str((node or {}).get("environment") or ""), read_deploy_state(told.lower())
        )
    return states


def _page(rollup: Mapping[str, Any]) -> tuple[KnownChecks, str | None]:
    contexts = rollup.get("contexts") or {}
    nodes, page = contexts.get("nodes") or (), contexts.get("pageInfo") or {}
    checks = tuple(check for node in nodes if (check := _check(node or {})) is not None)
    known = KnownChecks(checks, len(nodes) - len(checks))
    return known, page.get("endCursor") if page.get("hasNextPage") else None


def _check(context: Mapping[str, Any]) -> Check | None:
    try:
        return _readable_check(context)
    except (LookupError, TypeError, ValueError, AttributeError):
        return None  # hidden from us, or of another shape than GitHub's


def _readable_check(context: Mapping[str, Any]) -> Check:
    if context["__typename"] != "CheckRun":
        return Check(
            name=context["context"],
            conclusion=read_conclusion(context["state"]),
            kind=CheckKind.STATUS,
            started_at=_moment(context.get("createdAt")),
        )
    suite = context.get("checkSuite") or {}
    run = suite.get("workflowRun") or {}
    return Check(
        name=context["name"],
        conclusion=read_conclusion(context["conclusion"]),
        id=context.get("databaseId") or 0,
        app=(suite.get("app") or {}).get("databaseId"),
        suite=suite.get("databaseId"),
        workflow=(run.get("workflow") or {}).get("databaseId"),
        event=run.get("event"),
        workflow_run=run.get("databaseId"),
        run_is_over=suite.get("status") == "COMPLETED",
        started_at=_moment(context.get("startedAt")),
        completed_at=_moment(context.get("completedAt")),
    )


def _moment(told: str | None) -> datetime | None:
    return None if told is None else from_iso(told)
