"""GraphQL: deployments, with the newest status of each.

Source: https://docs.github.com/en/graphql/reference/objects#deployment
"""

import dataclasses
from collections.abc import Mapping
from typing import Any, Unpack

from graphql import GraphQLResolveInfo

from sandbox.github.commit_reports import Deployment, DeploymentStatus
from sandbox.github.entities import Repository
from sandbox.github.graphql_api.connections import (
    PageArguments,
    Resolver,
    connection,
    resolve_by,
)
from sandbox.github.graphql_api.git_objects import Commit
from sandbox.github.node_ids import node_id
from sandbox.github.payloads.timestamps import timestamp


@dataclasses.dataclass(frozen=True, slots=True)
class Deploy:
    """A deployment of a repository."""

    repository: Repository
    made: Deployment

    @property
    def newest(self) -> DeploymentStatus | None:
        """Its newest status, None before there is one."""
        return self.made.statuses[-1] if self.made.statuses else None


def _deployments(
    repository: Repository,
    info: GraphQLResolveInfo,
    environments: list[str] | None = None,
    orderBy: Mapping[str, str] | None = None,  # noqa: N803
    **page: Unpack[PageArguments],
) -> dict[str, Any]:
    found = [
        Deploy(repository, each)
        for each in repository.deployments.values()
        if environments is None or each.environment in environments
    ]
    if orderBy is not None and orderBy["direction"] == "DESC":
        found.reverse()
    return connection(found, info, **page)


def _of_commit(commit: Commit, info: GraphQLResolveInfo, **asked: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return those of one commit."""
    orders, environments = asked.pop("orderBy", None), asked.pop("environments", None)
    found = [
        Deploy(commit.repository, each)
        for each in commit.repository.deployments.values()
        if each.sha == commit.sha and (environments is None or each.environment in environments)
    ]
    if orders is not None and orders["direction"] == "DESC":
        found.reverse()
    return connection(found, info, **asked)


def _status(deploy: Deploy, _info: GraphQLResolveInfo) -> dict[str, Any] | None:
    status = deploy.newest
    if status is None:
        return None
    return {
        "id": node_id("DES", deploy.repository.id, status.id),
        "createdAt": timestamp(status.created_at),
        "description": status.description,
        "environment": status.environment,
        "environmentUrl": status.environment_url or None,
        "logUrl": status.log_url or None,
        "state": status.state.upper(),
    }


DEPLOYMENT_RESOLVERS: Mapping[str, Mapping[str, Resolver]] = {
    "Commit": {"deployments": _of_commit},
    "Repository": {"deployments": _deployments},
    "Deployment": {
        "id": resolve_by(lambda deploy: node_id("DE", deploy.repository.id, deploy.made.id)),
        "databaseId": resolve_by(lambda deploy: deploy.made.id),
        "commit": resolve_by(lambda deploy: Commit(deploy.repository, deploy.made.sha)),
        "commitOid": resolve_by(lambda deploy: deploy.made.sha),
        "createdAt": resolve_by(lambda deploy: timestamp(deploy.made.created_at)),
        "description": resolve_by(lambda deploy: deploy.made.description),
        "environment": resolve_by(lambda deploy: deploy.made.environment),
        "latestStatus": _status,
        "task": resolve_by(lambda deploy: deploy.made.task),
    },
}
