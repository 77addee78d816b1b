"""Pull requests."""

from typing import Any

from sandbox.github import check_states, mergeability
from sandbox.github.entities import PullRequest, Repository
from sandbox.github.node_ids import node_id
from sandbox.github.payloads.accounts import user
from sandbox.github.payloads.issues import label
from sandbox.github.payloads.repositories import api_url, web_url
from sandbox.github.payloads.repositories import repository as repository_json
from sandbox.github.payloads.timestamps import timestamp
from sandbox.github.state import GitHub

_MERGEABLE = {"MERGEABLE": True, "CONFLICTING": False, "UNKNOWN": None}


def pull_request(github: GitHub, repository: Repository, pull: PullRequest) -> dict[str, Any]:
    """Return `pull-request`."""
    files = mergeability.files(repository, pull)
    mergeable = mergeability.mergeable(github, repository, pull)
    return pull_request_simple(github, repository, pull) | {
        "merged": pull.merged,
        "mergeable": _MERGEABLE[mergeable],
        "rebaseable": _MERGEABLE[mergeable],
        "mergeable_state": check_states.merge_state(repository, pull, mergeable).lower(),
        "merged_by": None if pull.merged_by is None else user(github, pull.merged_by),
        "comments": len(pull.comments),
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": len(repository.git.commits_between(pull.base_sha, pull.head_sha)),
        "additions": sum(file.additions for file in files),
        "deletions": sum(file.deletions for file in files),
        "changed_files": len(files),
    }


def pull_request_simple(
    github: GitHub, repository: Repository, pull: PullRequest
) -> dict[str, Any]:
    """Return `pull-request-simple`, as in lists."""
    url = api_url(github, repository, f"/pulls/{pull.number}")
    page = web_url(github, repository, f"/pull/{pull.number}")
    links = _links(github, repository, pull)
    return {
        "id": pull.id,
        "node_id": node_id("PR", repository.id, pull.number),
        "url": url,
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "issue_url": links["issue"],
        "commits_url": links["commits"],
        "comments_url": links["comments"],
        "review_comments_url": links["review_comments"],
        "review_comment_url": links["review_comment"],
        "statuses_url": links["statuses"],
        "_links": {name: {"href": href} for name, href in links.items()},
        "number": pull.number,
        "state": "open" if pull.open else "closed",
        "locked": False,
        "active_lock_reason": None,
        "title": pull.title,
        "body": pull.body,
        "user": user(github, pull.author),
        "labels": [label(github, repository, each) for each in pull.labels],
        "assignee": None,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "milestone": None,
        "draft": pull.draft,
        "auto_merge": None,
        "author_association": "CONTRIBUTOR",
        "head": _branch(github, pull.head_repository, pull.head_ref, pull.head_sha),
        "base": _branch(github, repository, pull.base_ref, pull.base_sha),
        "merge_commit_sha": pull.merge_commit_sha,
        "created_at": timestamp(pull.created_at),
        "updated_at": timestamp(pull.updated_at),
        "closed_at": timestamp(pull.closed_at),
        "merged_at": timestamp(pull.merged_at),
    }


def _links(github: GitHub, repository: Repository, pull: PullRequest) -> dict[str, str]:
    url = api_url(github, repository, f"/pulls/{pull.number}")
    issue_url = api_url(github, repository, f"/issues/{pull.number}")
    return {
        "self": url,
        "html": web_url(github, repository, f"/pull/{pull.number}"),
        "issue": issue_url,
        "comments": f"{issue_url}/comments",
        "review_comments": f"{url}/comments",
        "review_comment": api_url(github, repository, "/pulls/comments{/number}"),
        "commits": f"{url}/commits",
        "statuses": api_url(github, repository, f"/statuses/{pull.head_sha}"),
    }


def _branch(github: GitHub, repository: Repository, ref: str, sha: str) -> dict[str, Any]:
    return {
        "label": f"{repository.owner.login}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": user(github, repository.owner),
        "repo": repository_json(github, repository),
    }


def pull_request_minimal(
    github: GitHub, repository: Repository, pull: PullRequest
) -> dict[str, Any]:
    """Return `pull-request-minimal`, as in check runs."""
    repo = _minimal(github, repository)
    return {
        "id": pull.id,
        "number": pull.number,
        "url": api_url(github, repository, f"/pulls/{pull.number}"),
        "head": {
            "ref": pull.head_ref,
            "sha": pull.head_sha,
            "repo": _minimal(github, pull.head_repository),
        },
        "base": {"ref": pull.base_ref, "sha": pull.base_sha, "repo": repo},
    }


def _minimal(github: GitHub, repository: Repository) -> dict[str, Any]:
    return {"id": repository.id, "url": api_url(github, repository), "name": repository.name}
