"""GraphQL: pull requests and their checks.

Source: https://docs.github.com/en/graphql/reference/objects#pullrequest
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, TypedDict, Unpack

from graphql import GraphQLResolveInfo

from sandbox.faults import Fault
from sandbox.github import check_states, mergeability
from sandbox.github.entities import CheckRun, CheckSuite, CommitStatus, PullRequest, Repository
from sandbox.github.graphql_api.git_objects import (
    Commit,
    Resolver,
    app_object,
    commit_at,
    connection,
    repository_url,
    resolve_by,
)
from sandbox.github.graphql_api.session import Session
from sandbox.github.node_ids import node_id
from sandbox.github.payloads.timestamps import timestamp
from sandbox.github.refusals import Reason, RefusedError


@dataclasses.dataclass(frozen=True, slots=True)
class Pull:
    """A pull request and its repository."""

    repository: Repository
    entity: PullRequest


@dataclasses.dataclass(frozen=True, slots=True)
class Rollup:
    """The newest check runs and commit statuses of a commit."""

    commit: Commit
    runs: tuple[CheckRun, ...]
    statuses: tuple[CommitStatus, ...]


def _rollup(commit: Commit, _info: GraphQLResolveInfo) -> Rollup | None:
    runs = check_states.latest_runs(commit.repository, commit.sha)
    statuses = check_states.latest_statuses(commit.repository, commit.sha)
    return Rollup(commit, runs, statuses) if runs or statuses else None


def _rollup_state(rollup: Rollup) -> str:
    states = {each.state for each in rollup.statuses}
    concluded = {run.conclusion for run in rollup.runs if run.status == "completed"}
    if states & {"error", "failure"} or concluded - check_states.PASSING:
        return "FAILURE"
    is_pending = any(run.status != "completed" for run in rollup.runs) or "pending" in states
    return "PENDING" if is_pending else "SUCCESS"


def _contexts(
    rollup: Rollup,
    info: GraphQLResolveInfo,
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
) -> dict[str, Any]:
    page = connection((*rollup.runs, *rollup.statuses), first, last, after)
    session: Session = info.context
    if not session.github.faults.take(Fault.CHECKS_HIDDEN):
        return page
    # What a fine-grained token without the right sees: https://github.com/cli/cli/issues/12597
    message = "Resource not accessible by personal access token"
    hidden = RefusedError(Reason.FORBIDDEN, message)
    nodes = [hidden if isinstance(each, CheckRun) else each for each in page["nodes"]]
    return page | {"nodes": nodes}


def _workflow_run(suite: CheckSuite) -> dict[str, Any] | None:
    run, repository = suite.workflow_run, suite.repository
    if run is None:
        return None
    return {
        "id": node_id("WFR", repository.id, run.id),
        "databaseId": run.id,
        "event": run.event,
        "runNumber": run.number,
        "workflow": {
            "id": node_id("W", repository.id, run.workflow_id),
            "databaseId": run.workflow_id,
            "name": run.name,
        },
    }


def _pull_state(pull: PullRequest) -> str:
    if pull.merged:
        return "MERGED"
    return "OPEN" if pull.open else "CLOSED"


def _mergeable(pull: Pull, info: GraphQLResolveInfo) -> str:
    session: Session = info.context
    return mergeability.mergeable(session.github, pull.repository, pull.entity)


def _merge_state(pull: Pull, info: GraphQLResolveInfo) -> str:
    return check_states.merge_state(pull.repository, pull.entity, _mergeable(pull, info))


def _pull_files(
    pull: Pull, _info: GraphQLResolveInfo, first: int | None = None, last: int | None = None
) -> dict[str, Any]:
    return connection(mergeability.files(pull.repository, pull.entity), first, last)


def _pull_commits(
    pull: Pull, _info: GraphQLResolveInfo, first: int | None = None, last: int | None = None
) -> dict[str, Any]:
    entity = pull.entity
    shas = pull.repository.git.commits_between(entity.base_sha, entity.head_sha)
    return connection([{"commit": Commit(pull.repository, sha)} for sha in shas], first, last)


def _pull_url(pull: Pull, info: GraphQLResolveInfo) -> str:
    return f"{repository_url(pull.repository, info)}/pull/{pull.entity.number}"


def _pull(repository: Repository, _info: GraphQLResolveInfo, number: int) -> Pull:
    if (pull := repository.pulls.get(number)) is None:
        message = f"Could not resolve to a PullRequest with the number of {number}."
        raise RefusedError(Reason.NOT_FOUND, message)
    return Pull(repository, pull)


class _PullsArguments(TypedDict, total=False):
    headRefName: str | None
    baseRefName: str | None
    states: list[str] | None
    orderBy: Mapping[str, str] | None
    first: int | None
    last: int | None
    after: str | None


def _pulls(
    repository: Repository, _info: GraphQLResolveInfo, **asked: Unpack[_PullsArguments]
) -> dict[str, Any]:
    pulls = [pull for pull in repository.pulls.values() if _is_asked_for(pull, asked)]
    order = asked.get("orderBy") or {"field": "CREATED_AT", "direction": "ASC"}
    pulls.sort(key=_ORDERS[order["field"]], reverse=order["direction"] == "DESC")
    nodes = [Pull(repository, pull) for pull in pulls]
    return connection(nodes, asked.get("first"), asked.get("last"), asked.get("after"))


def _is_asked_for(pull: PullRequest, asked: _PullsArguments) -> bool:
    states = asked.get("states")
    return (
        (asked.get("headRefName") or pull.head_ref) == pull.head_ref
        and (asked.get("baseRefName") or pull.base_ref) == pull.base_ref
        and (states is None or _pull_state(pull) in states)
    )


_ORDERS: Mapping[str, Callable[[PullRequest], Any]] = {
    "CREATED_AT": lambda pull: (pull.created_at, pull.number),
    "UPDATED_AT": lambda pull: (pull.updated_at, pull.number),
    "COMMENTS": lambda pull: len(pull.comments),
}


def _upper(text: str | None) -> str | None:
    return text and text.upper()


_CHANGE_TYPES = {
    "added": "ADDED",
    "removed": "DELETED",
    "modified": "MODIFIED",
    "renamed": "RENAMED",
    "copied": "COPIED",
}

PULL_RESOLVERS: Mapping[str, Mapping[str, Resolver]] = {
    "Repository": {"pullRequest": _pull, "pullRequests": _pulls},
    "Commit": {"statusCheckRollup": _rollup},
    "StatusCheckRollup": {
        "id": resolve_by(
            lambda rollup: node_id("SCR", rollup.commit.repository.id, rollup.commit.sha)
        ),
        "state": resolve_by(_rollup_state),
        "contexts": _contexts,
    },
    "CheckRun": {
        "id": resolve_by(lambda run: node_id("CR", run.suite.repository.id, run.id)),
        "databaseId": resolve_by(lambda run: run.id),
        "status": resolve_by(lambda run: run.status.upper()),
        "conclusion": resolve_by(lambda run: run.conclusion and run.conclusion.upper()),
        "checkSuite": resolve_by(lambda run: run.suite),
        "startedAt": resolve_by(lambda run: timestamp(run.started_at)),
        "completedAt": resolve_by(lambda run: timestamp(run.completed_at)),
    },
    "CheckSuite": {
        "id": resolve_by(lambda suite: node_id("CS", suite.repository.id, suite.id)),
        "app": resolve_by(lambda suite: app_object(suite.app)),
        "conclusion": resolve_by(lambda suite: _upper(check_states.suite_conclusion(suite))),
        "databaseId": resolve_by(lambda suite: suite.id),
        "status": resolve_by(lambda suite: check_states.suite_status(suite).upper()),
        "workflowRun": resolve_by(_workflow_run),
    },
    "StatusContext": {
        "id": resolve_by(lambda status: node_id("SC", status.id)),
        "state": resolve_by(lambda status: status.state.upper()),
        "createdAt": resolve_by(lambda status: timestamp(status.created_at)),
    },
    "PullRequest": {
        "id": resolve_by(lambda pull: node_id("PR", pull.repository.id, pull.entity.number)),
        "number": resolve_by(lambda pull: pull.entity.number),
        "url": _pull_url,
        "title": resolve_by(lambda pull: pull.entity.title),
        "body": resolve_by(lambda pull: pull.entity.body),
        "state": resolve_by(lambda pull: _pull_state(pull.entity)),
        "closed": resolve_by(lambda pull: not pull.entity.open),
        "isDraft": resolve_by(lambda pull: pull.entity.draft),
        "merged": resolve_by(lambda pull: pull.entity.merged),
        "mergedAt": resolve_by(lambda pull: timestamp(pull.entity.merged_at)),
        "mergeCommit": resolve_by(
            lambda pull: commit_at(pull.repository, pull.entity.merge_commit_sha)
        ),
        "mergeable": _mergeable,
        "mergeStateStatus": _merge_state,
        "headRefName": resolve_by(lambda pull: pull.entity.head_ref),
        "headRefOid": resolve_by(lambda pull: pull.entity.head_sha),
        "headRepository": resolve_by(lambda pull: pull.entity.head_repository),
        "isCrossRepository": resolve_by(
            lambda pull: pull.entity.head_repository is not pull.repository
        ),
        "baseRefName": resolve_by(lambda pull: pull.entity.base_ref),
        "baseRefOid": resolve_by(lambda pull: pull.entity.base_sha),
        "author": resolve_by(lambda pull: pull.entity.author),
        "changedFiles": resolve_by(
            lambda pull: len(mergeability.files(pull.repository, pull.entity))
        ),
        "files": _pull_files,
        "commits": _pull_commits,
    },
    "PullRequestChangedFile": {
        "changeType": resolve_by(lambda file: _CHANGE_TYPES[file.status]),
    },
}
