"""GraphQL: the checks and statuses of a commit.

Source: https://docs.github.com/en/graphql/reference/objects#statuscheckrollup
"""

import dataclasses
from collections.abc import Mapping
from typing import Any, Unpack

from graphql import GraphQLResolveInfo

from sandbox.faults import Fault
from sandbox.github import check_states
from sandbox.github.commit_reports import CommitStatus
from sandbox.github.entities import CheckRun, CheckSuite, Repository
from sandbox.github.graphql_api.connections import (
    PageArguments,
    Resolver,
    connection,
    resolve_as,
    resolve_by,
)
from sandbox.github.graphql_api.git_objects import Commit, app_object
from sandbox.github.graphql_api.repository_objects import repository_url
from sandbox.github.graphql_api.session import Session
from sandbox.github.node_ids import node_id
from sandbox.github.payloads.timestamps import timestamp
from sandbox.github.refusals import Reason, RefusedError


@dataclasses.dataclass(frozen=True, slots=True)
class StatusNode:
    """A commit status and its repository."""

    repository: Repository
    entity: CommitStatus


@dataclasses.dataclass(frozen=True, slots=True)
class Rollup:
    """The newest check run of each name and status of each context of a commit."""

    commit: Commit
    runs: tuple[CheckRun, ...]
    statuses: tuple[CommitStatus, ...]


def rollup(commit: Commit) -> Rollup | None:
    """Return the checks of a commit, if it has any."""
    runs = check_states.latest_runs(commit.repository, commit.sha)
    written = check_states.latest_statuses(commit.repository, commit.sha)
    return Rollup(commit, runs, written) if runs or written else None


def _state(found: Rollup) -> str:
    states = {each.state for each in found.statuses}
    concluded = {run.conclusion for run in found.runs if run.status == "completed"}
    if states & {"error", "failure"} or concluded - check_states.PASSING:
        return "FAILURE"
    is_pending = any(run.status != "completed" for run in found.runs) or "pending" in states
    return "PENDING" if is_pending else "SUCCESS"


def _contexts(
    found: Rollup, info: GraphQLResolveInfo, **page: Unpack[PageArguments]
) -> dict[str, Any]:
    written = [StatusNode(found.commit.repository, each) for each in found.statuses]
    contexts: list[object] = [*found.runs, *written]
    session: Session = info.context
    if session.github.faults.take(Fault.CHECKS_HIDDEN):
        # What a fine-grained token without the right sees: https://github.com/cli/cli/issues/12597
        message = "Resource not accessible by personal access token"
        hidden = RefusedError(Reason.FORBIDDEN, message)
        contexts = [*(hidden for _ in found.runs), *written]
    return connection(contexts, info, **page) | {
        "checkRunCount": len(found.runs),
        "statusContextCount": len(written),
    }


def _run_url(run: CheckRun, info: GraphQLResolveInfo) -> str:
    return f"{repository_url(run.suite.repository, info)}/runs/{run.id}"


def _workflow_run(suite: CheckSuite, info: GraphQLResolveInfo) -> dict[str, Any] | None:
    run, repository = suite.workflow_run, suite.repository
    if run is None:
        return None
    return {
        "id": node_id("WFR", repository.id, run.id),
        "databaseId": run.id,
        "event": run.event,
        "runNumber": run.number,
        "url": f"{repository_url(repository, info)}/actions/runs/{run.id}",
        "workflow": {
            "id": node_id("W", repository.id, run.workflow_id),
            "databaseId": run.workflow_id,
            "name": run.name,
        },
    }


def _is_required(repository: Repository, name: str, number: int | None, node: str | None) -> bool:
    """Tell whether the base branch of a pull request requires a check of this name."""
    for pull in repository.pulls.values():
        if pull.number == number or node_id("PR", repository.id, pull.number) == node:
            required = check_states.required_checks(repository, pull.base_ref)
            return name in {each.name for each in required}
    message = "Please provide a pull request ID or number."
    raise RefusedError(Reason.UNPROCESSABLE, message)


def _run_is_required(
    run: CheckRun,
    _info: GraphQLResolveInfo,
    pullRequestNumber: int | None = None,  # noqa: N803
    pullRequestId: str | None = None,  # noqa: N803
) -> bool:
    return _is_required(run.suite.repository, run.name, pullRequestNumber, pullRequestId)


def _status_is_required(
    status: StatusNode,
    _info: GraphQLResolveInfo,
    pullRequestNumber: int | None = None,  # noqa: N803
    pullRequestId: str | None = None,  # noqa: N803
) -> bool:
    name = status.entity.context
    return _is_required(status.repository, name, pullRequestNumber, pullRequestId)


def _upper(word: str | None) -> str | None:
    return word and word.upper()


CHECK_RESOLVERS: Mapping[str, Mapping[str, Resolver]] = {
    "Commit": {"statusCheckRollup": resolve_by(rollup)},
    "StatusCheckRollup": {
        "id": resolve_by(
            lambda found: node_id("SCR", found.commit.repository.id, found.commit.sha)
        ),
        "state": resolve_by(_state),
        "contexts": _contexts,
    },
    "CheckRun": {
        "id": resolve_by(lambda run: node_id("CR", run.suite.repository.id, run.id)),
        "databaseId": resolve_by(lambda run: run.id),
        "status": resolve_by(lambda run: run.status.upper()),
        "conclusion": resolve_by(lambda run: _upper(run.conclusion)),
        "startedAt": resolve_by(lambda run: timestamp(run.started_at)),
        "completedAt": resolve_by(lambda run: timestamp(run.completed_at)),
        "checkSuite": resolve_by(lambda run: run.suite),
        "detailsUrl": lambda run, info: run.details_url or _run_url(run, info),
        "permalink": _run_url,
        "url": _run_url,
        "title": resolve_as(None),
        "summary": resolve_as(None),
        "text": resolve_by(lambda run: run.log or None),
        "isRequired": _run_is_required,
    },
    "CheckSuite": {
        "id": resolve_by(lambda suite: node_id("CS", suite.repository.id, suite.id)),
        "databaseId": resolve_by(lambda suite: suite.id),
        "app": resolve_by(lambda suite: app_object(suite.app)),
        "commit": resolve_by(lambda suite: Commit(suite.repository, suite.head_sha)),
        "status": resolve_by(lambda suite: check_states.suite_status(suite).upper()),
        "conclusion": resolve_by(lambda suite: _upper(check_states.suite_conclusion(suite))),
        "createdAt": resolve_by(lambda suite: timestamp(suite.created_at)),
        "updatedAt": resolve_by(lambda suite: timestamp(suite.updated_at)),
        "workflowRun": _workflow_run,
    },
    "StatusContext": {
        "id": resolve_by(lambda status: node_id("SC", status.repository.id, status.entity.id)),
        "commit": resolve_by(lambda status: Commit(status.repository, status.entity.sha)),
        "context": resolve_by(lambda status: status.entity.context),
        "createdAt": resolve_by(lambda status: timestamp(status.entity.created_at)),
        "creator": resolve_by(lambda status: status.entity.creator),
        "description": resolve_by(lambda status: status.entity.description),
        "state": resolve_by(lambda status: status.entity.state.upper()),
        "targetUrl": resolve_by(lambda status: status.entity.target_url),
        "isRequired": _status_is_required,
    },
}
