"""Commits, comparisons, changed files and pushes."""

from datetime import UTC, datetime
from typing import Any

import pygit2

from sandbox.github.accounts import Account
from sandbox.github.diffs import ChangedFile
from sandbox.github.entities import Repository
from sandbox.github.git_repository import COMMITTER
from sandbox.github.node_ids import node_id
from sandbox.github.payloads.accounts import user
from sandbox.github.payloads.repositories import api_url, web_url
from sandbox.github.payloads.timestamps import timestamp
from sandbox.github.queue_entries import QueueEntry
from sandbox.github.state import GitHub

_NO_SHA = "0" * 40
_COMMITTER_LOGIN = "web-flow"
_UNSIGNED = {
    "verified": False,
    "reason": "unsigned",
    "signature": None,
    "payload": None,
    "verified_at": None,
}


def commit(github: GitHub, repository: Repository, sha: str) -> dict[str, Any]:
    """Return `commit`."""
    git = repository.git.commit_object(sha)
    url = api_url(github, repository, f"/commits/{sha}")
    return {
        "url": url,
        "sha": sha,
        "node_id": node_id("C", repository.id, sha),
        "html_url": web_url(github, repository, f"/commit/{sha}"),
        "comments_url": f"{url}/comments",
        "commit": {
            "url": api_url(github, repository, f"/git/commits/{sha}"),
            "author": _signature(git.author),
            "committer": _signature(git.committer),
            "message": git.message.rstrip("\n"),
            "comment_count": 0,
            "verification": dict(_UNSIGNED),
            "tree": {
                "sha": str(git.tree_id),
                "url": api_url(github, repository, f"/git/trees/{git.tree_id}"),
            },
        },
        "author": _account(github, git.author),
        "committer": _account(github, git.committer),
        "parents": [
            {
                "sha": str(parent),
                "url": api_url(github, repository, f"/commits/{parent}"),
                "html_url": web_url(github, repository, f"/commit/{parent}"),
            }
            for parent in git.parent_ids
        ],
    }


def commit_with_files(github: GitHub, repository: Repository, sha: str) -> dict[str, Any]:
    """Return `commit` with what it changed since its first parent."""
    changes = changed_files(repository, sha)
    additions = sum(changed.additions for changed in changes)
    deletions = sum(changed.deletions for changed in changes)
    return commit(github, repository, sha) | {
        "stats": {
            "additions": additions,
            "deletions": deletions,
            "total": additions + deletions,
        },
        "files": [file(github, repository, changed, sha) for changed in changes],
    }


def changed_files(repository: Repository, sha: str) -> tuple[ChangedFile, ...]:
    """Return what a commit changed since its first parent; everything when it has none."""
    return repository.git.changed_files(_first_parent(repository, sha), sha)


def _first_parent(repository: Repository, sha: str) -> str | None:
    parents = repository.git.commit_object(sha).parent_ids
    return str(parents[0]) if parents else None


def _signature(signature: pygit2.Signature) -> dict[str, Any]:
    when = datetime.fromtimestamp(signature.time, UTC)
    return {"name": signature.name, "email": signature.email, "date": timestamp(when)}


def _account(github: GitHub, signature: pygit2.Signature) -> dict[str, Any] | None:
    login = _COMMITTER_LOGIN if signature.name == COMMITTER else signature.name
    account = github.accounts.find(login)
    return None if account is None else user(github, account)


def comparison(
    github: GitHub,
    repository: Repository,
    names: str,
    base: str,
    head: str,
    merge_base: str,
) -> dict[str, Any]:
    """Return `commit-comparison` of two commits, but for the lists of commits and files."""
    ahead, behind = repository.git.ahead_behind(head, base)
    status = {(False, False): "identical", (True, False): "ahead", (False, True): "behind"}
    page = web_url(github, repository, f"/compare/{names}")
    return {
        "url": api_url(github, repository, f"/compare/{names}"),
        "html_url": page,
        "permalink_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "base_commit": commit(github, repository, base),
        "merge_base_commit": commit(github, repository, merge_base),
        "status": status.get((ahead > 0, behind > 0), "diverged"),
        "ahead_by": ahead,
        "behind_by": behind,
        "total_commits": ahead,
    }


def file(github: GitHub, repository: Repository, changed: ChangedFile, sha: str) -> dict[str, Any]:
    """Return `diff-entry`."""
    answer = {
        "sha": changed.blob_sha,
        "filename": changed.path,
        "status": changed.status,
        "additions": changed.additions,
        "deletions": changed.deletions,
        "changes": changed.additions + changed.deletions,
        "blob_url": web_url(github, repository, f"/blob/{sha}/{changed.path}"),
        "raw_url": web_url(github, repository, f"/raw/{sha}/{changed.path}"),
        "contents_url": api_url(github, repository, f"/contents/{changed.path}?ref={sha}"),
    }
    if changed.patch:
        answer["patch"] = changed.patch
    if changed.previous_path is not None:
        answer["previous_filename"] = changed.previous_path
    return answer


def simple_commit(repository: Repository, sha: str) -> dict[str, Any]:
    """Return `simple-commit`."""
    git = repository.git.commit_object(sha)
    return {
        "id": sha,
        "tree_id": str(git.tree_id),
        "message": git.message.rstrip("\n"),
        "timestamp": datetime.fromtimestamp(git.commit_time, UTC).isoformat(),
        "author": {"name": git.author.name, "email": git.author.email},
        "committer": {"name": git.committer.name, "email": git.committer.email},
    }


def merge_group(repository: Repository, branch: str, entry: QueueEntry) -> dict[str, Any]:
    """Return `merge-group`."""
    return {
        "head_sha": entry.sha,
        "head_ref": entry.ref,
        "base_sha": entry.base_sha,
        "base_ref": f"refs/heads/{branch}",
        "head_commit": simple_commit(repository, entry.sha),
    }


def push(
    github: GitHub,
    repository: Repository,
    ref: str,
    before: str | None,
    after: str | None,
    by: Account,
    *,
    forced: bool,
) -> dict[str, Any]:
    """Return the part of `webhook-push` that only a push has."""
    known = before or repository.git.sha(f"refs/heads/{repository.default_branch}")
    shas: tuple[str, ...] = ()
    if after is not None and known is not None:
        shas = repository.git.commits_between(known, after)
    return {
        "ref": ref,
        "before": before or _NO_SHA,
        "after": after or _NO_SHA,
        "created": before is None,
        "deleted": after is None,
        "forced": forced,
        "base_ref": None,
        "compare": web_url(
            github, repository, f"/compare/{(before or _NO_SHA)[:12]}...{(after or _NO_SHA)[:12]}"
        ),
        "commits": [_pushed(github, repository, sha) for sha in shas],
        "head_commit": None if after is None else _pushed(github, repository, after),
        "pusher": {"name": by.login, "email": by.email},
    }


def _pushed(github: GitHub, repository: Repository, sha: str) -> dict[str, Any]:
    files = repository.git.changed_paths(_first_parent(repository, sha), sha)
    moved = [changed.previous_path for changed in files if changed.status == "renamed"]
    return simple_commit(repository, sha) | {
        "distinct": True,
        "url": web_url(github, repository, f"/commit/{sha}"),
        "added": [changed.path for changed in files if changed.status in ("added", "renamed")],
        "removed": [*(changed.path for changed in files if changed.status == "removed"), *moved],
        "modified": [changed.path for changed in files if changed.status == "modified"],
    }
