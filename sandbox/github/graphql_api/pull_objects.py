"""GraphQL: pull requests and their checks.

Source: https://docs.github.com/en/graphql/reference/objects#pullrequest
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, TypedDict, Unpack

from graphql import GraphQLResolveInfo

from sandbox.github import check_states, mergeability
from sandbox.github.entities import CheckRun, PullRequest, Repository
from sandbox.github.graphql_api.git_objects import (
    Commit,
    Resolver,
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
    """The newest check runs of a commit."""

    commit: Commit
    runs: tuple[CheckRun, ...]


def _rollup(commit: Commit, _info: GraphQLResolveInfo) -> Rollup | None:
    runs = check_states.latest_runs(commit.repository, commit.sha)
    return Rollup(commit, runs) if runs else None


def _rollup_state(rollup: Rollup) -> str:
    if any(run.status != "completed" for run in rollup.runs):
        return "PENDING"
    is_passed = all(run.conclusion in check_states.PASSING for run in rollup.runs)
    return "SUCCESS" if is_passed else "FAILURE"


def _contexts(
    rollup: Rollup, _info: GraphQLResolveInfo, first: int | None = None, last: int | None = None
) -> dict[str, Any]:
    return connection(rollup.runs, first, last)


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
        "startedAt": resolve_by(lambda run: timestamp(run.started_at)),
        "completedAt": resolve_by(lambda run: timestamp(run.completed_at)),
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
