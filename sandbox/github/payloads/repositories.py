"""Repositories, their refs, their hooks and the protection of their branches."""

from collections.abc import Sequence
from typing import Any

from sandbox.github.accounts import Account
from sandbox.github.deliveries import Delivery
from sandbox.github.entities import Hook, Repository
from sandbox.github.node_ids import node_id
from sandbox.github.payloads.accounts import permissions, user
from sandbox.github.payloads.timestamps import timestamp
from sandbox.github.requirements import Protection
from sandbox.github.state import GitHub

_API_URLS = {
    "url": "",
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}
_ZERO_COUNTS = (
    "forks",
    "forks_count",
    "network_count",
    "size",
    "stargazers_count",
    "subscribers_count",
    "watchers",
    "watchers_count",
)
_UNSET = ("description", "homepage", "language", "license", "mirror_url")
_SETTINGS = {
    "private": False,
    "visibility": "public",
    "disabled": False,
    "is_template": False,
    "allow_forking": True,
    "web_commit_signoff_required": False,
    "allow_auto_merge": False,
    "allow_update_branch": False,
    "delete_branch_on_merge": False,
    "has_discussions": False,
    "has_downloads": True,
    "has_pages": False,
    "has_projects": False,
    "has_wiki": False,
}


def api_url(github: GitHub, repository: Repository, path: str = "") -> str:
    """Return the URL of something of the repository in the API."""
    return f"{github.url}/repos/{repository.full_name}{path}"


def web_url(github: GitHub, repository: Repository, path: str = "") -> str:
    """Return the URL of a page for people."""
    return f"{github.url}/{repository.full_name}{path}"


def repository(
    github: GitHub, repository: Repository, viewer: Account | None = None
) -> dict[str, Any]:
    """Return `full-repository`, which also satisfies the smaller repository schemas."""
    host = github.url.partition("://")[2]
    open_count = sum(
        issue.open for issue in (*repository.issues.values(), *repository.pulls.values())
    )
    return {
        "id": repository.id,
        "node_id": node_id("R", repository.id),
        "name": repository.name,
        "full_name": repository.full_name,
        "owner": user(github, repository.owner),
        "html_url": web_url(github, repository),
        **{name: api_url(github, repository, path) for name, path in _API_URLS.items()},
        "clone_url": web_url(github, repository, ".git"),
        "git_url": f"git://{host}/{repository.full_name}.git",
        "ssh_url": f"git@{host}:{repository.full_name}.git",
        "svn_url": web_url(github, repository),
        "archived": repository.archived,
        "default_branch": repository.default_branch,
        **_SETTINGS,
        "allow_merge_commit": "merge" in repository.merge_methods,
        "allow_rebase_merge": "rebase" in repository.merge_methods,
        "allow_squash_merge": "squash" in repository.merge_methods,
        "fork": repository.source is not None,
        "has_issues": repository.has_issues,
        **dict.fromkeys(_UNSET),
        **dict.fromkeys(_ZERO_COUNTS, 0),
        "open_issues": open_count,
        "open_issues_count": open_count,
        "topics": [],
        "permissions": permissions(viewer),
        "created_at": timestamp(repository.created_at),
        "updated_at": timestamp(repository.pushed_at),
        "pushed_at": timestamp(repository.pushed_at),
    }


def git_ref(github: GitHub, repository: Repository, ref: str, sha: str) -> dict[str, Any]:
    """Return `git-ref`."""
    return {
        "ref": ref,
        "node_id": node_id("REF", repository.id, ref),
        "url": api_url(github, repository, f"/git/{ref}"),
        "object": {
            "type": "commit",
            "sha": sha,
            "url": api_url(github, repository, f"/git/commits/{sha}"),
        },
    }


def protected_branch(
    github: GitHub, repository: Repository, branch: str, protection: Protection
) -> dict[str, Any]:
    """Return `protected-branch`."""
    url = api_url(github, repository, f"/branches/{branch}/protection")
    return {
        "url": url,
        "required_status_checks": {
            "url": f"{url}/required_status_checks",
            "strict": protection.strict,
            "contexts": list(protection.contexts),
            "checks": [
                {"context": each.name, "app_id": each.app.id if each.app else None}
                for each in protection.checks
            ],
            "contexts_url": f"{url}/required_status_checks/contexts",
        },
        "enforce_admins": {"url": f"{url}/enforce_admins", "enabled": protection.for_admins},
        **_reviews(url, protection),
        "required_conversation_resolution": {"enabled": protection.conversations},
        "required_linear_history": {"enabled": protection.linear_history},
        "lock_branch": {"enabled": protection.locked},
        "allow_force_pushes": {"enabled": False},
        "allow_deletions": {"enabled": False},
    }


def _reviews(url: str, protection: Protection) -> dict[str, Any]:
    if protection.approvals is None:
        return {}
    return {
        "required_pull_request_reviews": {
            "url": f"{url}/required_pull_request_reviews",
            "dismiss_stale_reviews": False,
            "require_code_owner_reviews": protection.code_owners,
            "require_last_push_approval": protection.last_push,
            "required_approving_review_count": protection.approvals,
        }
    }


def protection_rule(github: GitHub, repository: Repository, branch: str) -> dict[str, Any]:
    """Return the protection of a branch as webhooks have it."""
    protection, now = repository.protections[branch], timestamp(github.now())
    levels = {
        "pull_request_reviews": protection.approvals is not None,
        "required_status_checks": bool(protection.checks),
        "signature_requirement": False,
        "linear_history_requirement": protection.linear_history,
        "lock_branch": protection.locked,
        "allow_force_pushes": False,
        "allow_deletions": False,
        "merge_queue": False,
        "required_deployments": False,
    }
    return {
        "id": repository.id,
        "repository_id": repository.id,
        "name": branch,
        "created_at": now,
        "updated_at": now,
        **{
            f"{name}_enforcement_level": "non_admins" if is_asked else "off"
            for name, is_asked in levels.items()
        },
        "required_conversation_resolution_level": "non_admins"
        if protection.conversations
        else "off",
        "required_approving_review_count": protection.approvals or 0,
        "dismiss_stale_reviews_on_push": False,
        "require_code_owner_review": protection.code_owners,
        "require_last_push_approval": protection.last_push,
        "authorized_dismissal_actors_only": False,
        "ignore_approvals_from_contributors": False,
        "required_status_checks": list(protection.contexts),
        "strict_required_status_checks_policy": protection.strict,
        "admin_enforced": protection.for_admins,
        "authorized_actors_only": False,
        "authorized_actor_names": [],
    }


def hook(
    github: GitHub, repository: Repository, hook: Hook, deliveries: Sequence[Delivery] = ()
) -> dict[str, Any]:
    """Return `hook`; its secret is masked, as GitHub does."""
    url = api_url(github, repository, f"/hooks/{hook.id}")
    last = deliveries[0] if deliveries else None
    config = {"url": hook.url, "content_type": "json", "insecure_ssl": "0"}
    return {
        "type": "Repository",
        "id": hook.id,
        "name": "web",
        "active": hook.active,
        "events": list(hook.events),
        "config": config | ({"secret": "********"} if hook.secret else {}),
        "url": url,
        "test_url": f"{url}/test",
        "ping_url": f"{url}/pings",
        "deliveries_url": f"{url}/deliveries",
        "created_at": timestamp(hook.created_at),
        "updated_at": timestamp(hook.updated_at),
        "last_response": {
            "code": last.status_code if last else None,
            "status": last.status if last else "unused",
            "message": last.status if last else None,
        },
    }


def delivery(delivery: Delivery) -> dict[str, Any]:
    """Return `hook-delivery-item`."""
    return {
        "id": delivery.id,
        "guid": delivery.guid,
        "delivered_at": timestamp(delivery.delivered_at),
        "redelivery": False,
        "duration": round(delivery.duration_s, 3),
        "status": delivery.status,
        "status_code": delivery.status_code,
        "event": delivery.event,
        "action": delivery.action,
        "installation_id": None,
        "repository_id": delivery.repository_id,
        "throttled_at": None,
    }
