"""Deployments and their statuses."""

from typing import Any

from sandbox.github.commit_reports import Deployment, DeploymentStatus
from sandbox.github.entities import Repository
from sandbox.github.node_ids import node_id
from sandbox.github.payloads.accounts import user
from sandbox.github.payloads.repositories import api_url
from sandbox.github.payloads.timestamps import timestamp
from sandbox.github.state import GitHub


def deployment(github: GitHub, repository: Repository, deployment: Deployment) -> dict[str, Any]:
    """Return `deployment`."""
    url = api_url(github, repository, f"/deployments/{deployment.id}")
    return {
        "id": deployment.id,
        "node_id": node_id("DE", repository.id, deployment.id),
        "url": url,
        "sha": deployment.sha,
        "ref": deployment.ref,
        "task": deployment.task,
        "payload": deployment.payload,
        "original_environment": deployment.environment,
        "environment": deployment.environment,
        "production_environment": deployment.is_production,
        "transient_environment": deployment.is_transient,
        "description": deployment.description,
        "creator": user(github, deployment.creator),
        "statuses_url": f"{url}/statuses",
        "repository_url": api_url(github, repository),
        "performed_via_github_app": None,
        "created_at": timestamp(deployment.created_at),
        "updated_at": timestamp(deployment.updated_at),
    }


def deployment_status(
    github: GitHub, repository: Repository, deployment: Deployment, status: DeploymentStatus
) -> dict[str, Any]:
    """Return `deployment-status`."""
    url = api_url(github, repository, f"/deployments/{deployment.id}")
    return {
        "id": status.id,
        "node_id": node_id("DES", repository.id, status.id),
        "url": f"{url}/statuses/{status.id}",
        "state": status.state,
        "creator": user(github, status.creator),
        "description": status.description,
        "environment": status.environment,
        "environment_url": status.environment_url,
        "log_url": status.log_url,
        "target_url": status.log_url,
        "deployment_url": url,
        "repository_url": api_url(github, repository),
        "performed_via_github_app": None,
        "created_at": timestamp(status.created_at),
        "updated_at": timestamp(status.created_at),
    }
