"""Issues, comments and labels."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from sandbox.github.entities import Comment, Issue, Label, PullRequest, Reaction, Repository
from sandbox.github.node_ids import node_id
from sandbox.github.payloads.accounts import user
from sandbox.github.payloads.repositories import api_url, web_url
from sandbox.github.payloads.timestamps import timestamp
from sandbox.github.reactions import CONTENTS
from sandbox.github.state import GitHub


def label(github: GitHub, repository: Repository, label: Label) -> dict[str, Any]:
    """Return `label`."""
    return {
        "id": label.id,
        "node_id": node_id("LA", repository.id, label.id),
        "url": api_url(github, repository, f"/labels/{quote(label.name)}"),
        "name": label.name,
        "description": label.description,
        "color": label.color,
        "default": False,
    }


def issue(github: GitHub, repository: Repository, issue: Issue) -> dict[str, Any]:
    """Return `issue`, for a pull request too."""
    url = api_url(github, repository, f"/issues/{issue.number}")
    is_pull = isinstance(issue, PullRequest)
    page = web_url(github, repository, f"/{'pull' if is_pull else 'issues'}/{issue.number}")
    answer = {
        "id": issue.id,
        "node_id": node_id("PR" if is_pull else "I", repository.id, issue.number),
        "url": url,
        "repository_url": api_url(github, repository),
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "timeline_url": f"{url}/timeline",
        "html_url": page,
        "number": issue.number,
        "state": "open" if issue.open else "closed",
        "state_reason": issue.state_reason,
        "title": issue.title,
        "body": issue.body or None,
        "user": user(github, issue.author),
        "labels": [label(github, repository, each) for each in issue.labels],
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "locked": False,
        "active_lock_reason": None,
        "comments": len(issue.comments),
        "created_at": timestamp(issue.created_at),
        "updated_at": timestamp(issue.updated_at),
        "closed_at": timestamp(issue.closed_at),
        "closed_by": None if issue.closed_by is None else user(github, issue.closed_by),
        "author_association": "CONTRIBUTOR",
        "reactions": _reactions(url, issue.reactions),
        "performed_via_github_app": None,
    }
    if isinstance(issue, PullRequest):
        answer["draft"] = issue.draft
        answer["pull_request"] = _pull_links(github, repository, issue, page)
    return answer


def _pull_links(
    github: GitHub, repository: Repository, pull: PullRequest, page: str
) -> dict[str, Any]:
    return {
        "url": api_url(github, repository, f"/pulls/{pull.number}"),
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "merged_at": timestamp(pull.merged_at),
    }


def comment(
    github: GitHub, repository: Repository, issue: Issue, comment: Comment
) -> dict[str, Any]:
    """Return `issue-comment`."""
    url = api_url(github, repository, f"/issues/comments/{comment.id}")
    page = web_url(github, repository, f"/issues/{issue.number}#issuecomment-{comment.id}")
    return {
        "id": comment.id,
        "node_id": node_id("IC", repository.id, comment.id),
        "url": url,
        "html_url": page,
        "issue_url": api_url(github, repository, f"/issues/{issue.number}"),
        "body": comment.body,
        "user": user(github, comment.author),
        "created_at": timestamp(comment.created_at),
        "updated_at": timestamp(comment.updated_at),
        "author_association": "CONTRIBUTOR",
        "reactions": _reactions(url, comment.reactions),
        "performed_via_github_app": None,
    }


def reaction(github: GitHub, repository: Repository, reaction: Reaction) -> dict[str, Any]:
    """Return `reaction`."""
    return {
        "id": reaction.id,
        "node_id": node_id("REA", repository.id, reaction.id),
        "user": user(github, reaction.user),
        "content": reaction.content,
        "created_at": timestamp(reaction.created_at),
    }


def _reactions(url: str, given: Sequence[Reaction]) -> dict[str, Any]:
    counts = dict.fromkeys(CONTENTS, 0)
    for each in given:
        counts[each.content] += 1
    return {"url": f"{url}/reactions", "total_count": len(given), **counts}
