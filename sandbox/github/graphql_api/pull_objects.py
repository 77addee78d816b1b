"""GraphQL: pull requests.

Source: https://docs.github.com/en/graphql/reference/objects#pullrequest
"""

import dataclasses
from collections.abc import Mapping
from typing import Any, TypedDict, Unpack

from graphql import GraphQLResolveInfo

from sandbox.github import check_states, mergeability
from sandbox.github.entities import PullRequest, Repository
from sandbox.github.graphql_api.check_objects import rollup
from sandbox.github.graphql_api.connections import (
    PageArguments,
    Resolver,
    connection,
    resolve_as,
    resolve_by,
)
from sandbox.github.graphql_api.git_objects import Commit, Ref, commit_at
from sandbox.github.graphql_api.issue_objects import (
    ISSUE_OR_PULL,
    ISSUE_ORDERS,
    IssueNode,
    has_labels,
    page_of,
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
    pull: Pull, info: GraphQLResolveInfo, **page: Unpack[PageArguments]
) -> dict[str, Any]:
    return connection(mergeability.files(pull.repository, pull.entity), info, **page)


def _changed_lines(pull: Pull, kind: str) -> int:
    files = mergeability.files(pull.repository, pull.entity)
    return sum(getattr(file, kind) for file in files)


def _pull_commits(
    pull: Pull, info: GraphQLResolveInfo, **page: Unpack[PageArguments]
) -> dict[str, Any]:
    entity = pull.entity
    shas = pull.repository.git.commits_between(entity.base_sha, entity.head_sha)
    commits = [{"commit": Commit(pull.repository, sha)} for sha in shas]
    return connection(commits, info, **page)


def _branch(repository: Repository, name: str) -> Ref | None:
    ref = f"refs/heads/{name}"
    return None if repository.git.sha(ref) is None else Ref(repository, ref)


def _pull(repository: Repository, _info: GraphQLResolveInfo, number: int) -> Pull:
    if (pull := repository.pulls.get(number)) is None:
        message = f"Could not resolve to a PullRequest with the number of {number}."
        raise RefusedError(Reason.NOT_FOUND, message)
    return Pull(repository, pull)


def _issue_or_pull(
    repository: Repository, _info: GraphQLResolveInfo, number: int
) -> Pull | IssueNode:
    if (pull := repository.pulls.get(number)) is not None:
        return Pull(repository, pull)
    if (issue := repository.issues.get(number)) is not None:
        return IssueNode(repository, issue)
    message = f"Could not resolve to an issue or pull request with the number of {number}."
    raise RefusedError(Reason.NOT_FOUND, message)


class _PullsArguments(TypedDict, total=False):
    first: int | None
    last: int | None
    after: str | None
    before: str | None
    headRefName: str | None
    baseRefName: str | None
    labels: list[str] | None
    states: list[str] | None
    orderBy: Mapping[str, str] | None


def _pulls(
    repository: Repository, info: GraphQLResolveInfo, **asked: Unpack[_PullsArguments]
) -> dict[str, Any]:
    pulls = [pull for pull in repository.pulls.values() if _is_asked_for(pull, asked)]
    order = asked.get("orderBy") or {"field": "CREATED_AT", "direction": "ASC"}
    pulls.sort(key=ISSUE_ORDERS[order["field"]], reverse=order["direction"] == "DESC")
    nodes = [Pull(repository, pull) for pull in pulls]
    return connection(
        nodes,
        info,
        first=asked.get("first"),
        last=asked.get("last"),
        after=asked.get("after"),
        before=asked.get("before"),
    )


def _is_asked_for(pull: PullRequest, asked: _PullsArguments) -> bool:
    states = asked.get("states")
    return (
        (asked.get("headRefName") or pull.head_ref) == pull.head_ref
        and (asked.get("baseRefName") or pull.base_ref) == pull.base_ref
        and has_labels(pull, asked.get("labels"))
        and (states is None or _pull_state(pull) in states)
    )


_CHANGE_TYPES = {
    "added": "ADDED",
    "removed": "DELETED",
    "modified": "MODIFIED",
    "renamed": "RENAMED",
    "copied": "COPIED",
}

PULL_RESOLVERS: Mapping[str, Mapping[str, Resolver]] = {
    "Repository": {
        "pullRequest": _pull,
        "pullRequests": _pulls,
        "issueOrPullRequest": _issue_or_pull,
    },
    "PullRequest": {
        **ISSUE_OR_PULL,
        "id": resolve_by(lambda pull: node_id("PR", pull.repository.id, pull.entity.number)),
        "permalink": lambda pull, info: page_of(pull.repository, pull.entity, info),
        "state": resolve_by(lambda pull: _pull_state(pull.entity)),
        "isDraft": resolve_by(lambda pull: pull.entity.draft),
        "merged": resolve_by(lambda pull: pull.entity.merged),
        "mergedAt": resolve_by(lambda pull: timestamp(pull.entity.merged_at)),
        "mergedBy": resolve_by(lambda pull: pull.entity.merged_by),
        "mergeCommit": resolve_by(
            lambda pull: commit_at(pull.repository, pull.entity.merge_commit_sha)
        ),
        "mergeable": _mergeable,
        "mergeStateStatus": _merge_state,
        "autoMergeRequest": resolve_as(None),
        "maintainerCanModify": resolve_as(False),
        "headRef": resolve_by(
            lambda pull: _branch(pull.entity.head_repository, pull.entity.head_ref)
        ),
        "headRefName": resolve_by(lambda pull: pull.entity.head_ref),
        "headRefOid": resolve_by(lambda pull: pull.entity.head_sha),
        "headRepository": resolve_by(lambda pull: pull.entity.head_repository),
        "headRepositoryOwner": resolve_by(lambda pull: pull.entity.head_repository.owner),
        "isCrossRepository": resolve_by(
            lambda pull: pull.entity.head_repository is not pull.repository
        ),
        "baseRef": resolve_by(lambda pull: _branch(pull.repository, pull.entity.base_ref)),
        "baseRefName": resolve_by(lambda pull: pull.entity.base_ref),
        "baseRefOid": resolve_by(lambda pull: pull.entity.base_sha),
        "baseRepository": resolve_by(lambda pull: pull.repository),
        "additions": resolve_by(lambda pull: _changed_lines(pull, "additions")),
        "deletions": resolve_by(lambda pull: _changed_lines(pull, "deletions")),
        "changedFiles": resolve_by(
            lambda pull: len(mergeability.files(pull.repository, pull.entity))
        ),
        "files": _pull_files,
        "commits": _pull_commits,
        "statusCheckRollup": resolve_by(
            lambda pull: rollup(Commit(pull.repository, pull.entity.head_sha))
        ),
    },
    "PullRequestChangedFile": {
        "changeType": resolve_by(lambda file: _CHANGE_TYPES[file.status]),
    },
}
