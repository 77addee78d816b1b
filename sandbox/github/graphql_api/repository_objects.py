"""GraphQL: repositories, and their labels.

Source: https://docs.github.com/en/graphql/reference/objects#repository
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Unpack
from urllib.parse import quote

from graphql import GraphQLResolveInfo

from sandbox.github.entities import Label, Repository
from sandbox.github.graphql_api.connections import (
    PageArguments,
    Resolver,
    connection,
    resolve_as,
    resolve_by,
)
from sandbox.github.graphql_api.session import Session
from sandbox.github.node_ids import node_id
from sandbox.github.payloads import repositories
from sandbox.github.payloads.timestamps import timestamp


@dataclasses.dataclass(frozen=True, slots=True)
class LabelNode:
    """A label and its repository."""

    repository: Repository
    entity: Label


def repository_url(repository: Repository, info: GraphQLResolveInfo) -> str:
    """Return the address of its page."""
    session: Session = info.context
    return repositories.web_url(session.github, repository)


def _ssh_url(repository: Repository, info: GraphQLResolveInfo) -> str:
    session: Session = info.context
    host = session.github.url.partition("://")[2]
    return f"git@{host}:{repository.full_name}.git"


def _permission(_repository: Repository, info: GraphQLResolveInfo) -> str:
    session: Session = info.context
    return session.viewer.access.name


def _label(repository: Repository, _info: GraphQLResolveInfo, name: str) -> LabelNode | None:
    found = repository.labels.get(name.lower())
    return None if found is None else LabelNode(repository, found)


def _labels(
    repository: Repository,
    info: GraphQLResolveInfo,
    query: str | None = None,
    orderBy: Mapping[str, str] | None = None,  # noqa: N803
    **page: Unpack[PageArguments],
) -> dict[str, Any]:
    wanted = (query or "").lower()
    labels = [
        LabelNode(repository, label)
        for label in repository.labels.values()
        if wanted in f"{label.name}\n{label.description or ''}".lower()
    ]
    order = orderBy or {"field": "CREATED_AT", "direction": "ASC"}
    labels.sort(key=_LABEL_ORDERS[order["field"]], reverse=order["direction"] == "DESC")
    return connection(labels, info, **page)


_LABEL_ORDERS: Mapping[str, Callable[[LabelNode], Any]] = {
    "CREATED_AT": lambda label: label.entity.id,
    "NAME": lambda label: label.entity.name.lower(),
}


def _label_url(label: LabelNode, info: GraphQLResolveInfo) -> str:
    return f"{repository_url(label.repository, info)}/labels/{quote(label.entity.name)}"


REPOSITORY_RESOLVERS: Mapping[str, Mapping[str, Resolver]] = {
    "Repository": {
        "id": resolve_by(lambda repository: node_id("R", repository.id)),
        "databaseId": resolve_by(lambda repository: repository.id),
        "nameWithOwner": resolve_by(lambda repository: repository.full_name),
        "owner": resolve_by(lambda repository: repository.owner),
        "url": repository_url,
        "sshUrl": _ssh_url,
        "description": resolve_as(None),
        "homepageUrl": resolve_as(None),
        "createdAt": resolve_by(lambda repository: timestamp(repository.created_at)),
        "pushedAt": resolve_by(lambda repository: timestamp(repository.pushed_at)),
        "updatedAt": resolve_by(lambda repository: timestamp(repository.pushed_at)),
        "isArchived": resolve_by(lambda repository: repository.archived),
        "isEmpty": resolve_by(lambda repository: not repository.git.refs("refs/heads/")),
        "isFork": resolve_by(lambda repository: repository.source is not None),
        "isInOrganization": resolve_by(lambda repository: repository.owner.kind == "Organization"),
        "isPrivate": resolve_as(False),
        "visibility": resolve_as("PUBLIC"),
        "parent": resolve_by(lambda repository: repository.source),
        "stargazerCount": resolve_as(0),
        "hasIssuesEnabled": resolve_by(lambda repository: repository.has_issues),
        "hasProjectsEnabled": resolve_as(False),
        "hasWikiEnabled": resolve_as(False),
        "deleteBranchOnMerge": resolve_as(False),
        "mergeCommitAllowed": resolve_by(lambda repository: "merge" in repository.merge_methods),
        "rebaseMergeAllowed": resolve_by(lambda repository: "rebase" in repository.merge_methods),
        "squashMergeAllowed": resolve_by(lambda repository: "squash" in repository.merge_methods),
        "viewerDefaultMergeMethod": resolve_as("SQUASH"),
        "viewerPermission": _permission,
        "label": _label,
        "labels": _labels,
    },
    "Label": {
        "id": resolve_by(lambda label: node_id("LA", label.repository.id, label.entity.id)),
        "name": resolve_by(lambda label: label.entity.name),
        "color": resolve_by(lambda label: label.entity.color),
        "description": resolve_by(lambda label: label.entity.description),
        "createdAt": resolve_by(lambda label: timestamp(label.entity.created_at)),
        "isDefault": resolve_as(False),
        "url": _label_url,
    },
}
