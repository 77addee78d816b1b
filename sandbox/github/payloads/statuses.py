"""Commit statuses."""

from collections.abc import Sequence
from typing import Any

from sandbox.github import check_states
from sandbox.github import statuses as commit_statuses
from sandbox.github.commit_reports import CommitStatus
from sandbox.github.entities import Repository
from sandbox.github.node_ids import node_id
from sandbox.github.payloads.accounts import user
from sandbox.github.payloads.commits import commit
from sandbox.github.payloads.repositories import api_url
from sandbox.github.payloads.repositories import repository as repository_json
from sandbox.github.payloads.timestamps import timestamp
from sandbox.github.state import GitHub


def status(github: GitHub, repository: Repository, status: CommitStatus) -> dict[str, Any]:
    """Return `status`."""
    creator = user(github, status.creator)
    return _simple(github, repository, status) | {"creator": creator}


def _simple(github: GitHub, repository: Repository, status: CommitStatus) -> dict[str, Any]:
    return {
        "id": status.id,
        "node_id": node_id("SC", repository.id, status.id),
        "url": api_url(github, repository, f"/statuses/{status.sha}"),
        "avatar_url": f"{github.url}/avatars/u/{status.creator.id}",
        "state": status.state,
        "description": status.description,
        "target_url": status.target_url,
        "context": status.context,
        "created_at": timestamp(status.created_at),
        "updated_at": timestamp(status.created_at),
    }


def combined(
    github: GitHub, repository: Repository, sha: str, shown: Sequence[CommitStatus]
) -> dict[str, Any]:
    """Return `combined-commit-status`, with this page of the newest of each context."""
    latest = check_states.latest_statuses(repository, sha)
    return {
        "state": commit_statuses.combined(latest),
        "sha": sha,
        "total_count": len(latest),
        "statuses": [_simple(github, repository, each) for each in shown],
        "repository": repository_json(github, repository),
        "commit_url": api_url(github, repository, f"/commits/{sha}"),
        "url": api_url(github, repository, f"/commits/{sha}/status"),
    }


def event(github: GitHub, repository: Repository, status: CommitStatus) -> dict[str, Any]:
    """Return the part of `webhook-status` that only a status has."""
    branches = [
        {
            "name": ref.removeprefix("refs/heads/"),
            "commit": {
                "sha": status.sha,
                "url": api_url(github, repository, f"/commits/{status.sha}"),
            },
            "protected": ref.removeprefix("refs/heads/") in repository.protections,
        }
        for ref in repository.git.refs("refs/heads/")
        if repository.git.sha(ref) == status.sha
    ]
    return {
        "id": status.id,
        "sha": status.sha,
        "name": repository.full_name,
        "avatar_url": f"{github.url}/avatars/u/{status.creator.id}",
        "target_url": status.target_url,
        "context": status.context,
        "description": status.description,
        "state": status.state,
        "commit": commit(github, repository, status.sha),
        "branches": branches,
        "created_at": timestamp(status.created_at),
        "updated_at": timestamp(status.created_at),
    }
