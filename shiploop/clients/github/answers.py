"""Reads the answers to our GraphQL documents into values: pure, no I/O."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shiploop.clients.github.check_answers import read_expected_apps, read_required_checks
from shiploop.domain.delivery.change import Files
from shiploop.domain.delivery.pull_request import (
    Base,
    Found,
    Mergeable,
    PullRequest,
    PullRequestState,
    Written,
)
from shiploop.domain.timestamps import from_iso
from shiploop.errors import RepositoryUnusable

ReadLarge = Callable[[str], str]


def read_base_answer(
    data: Mapping[str, Any],
    place: str,
    paths: Sequence[str],
    read_large: ReadLarge,
    template: str = "",
) -> Base:
    """Read the answer to READ_BASE. Raises RepositoryUnusable when the branch is not there.

    GraphQL cuts a file off at 512,000 bytes; `read_large` reads such a one by its id. `template`
    is the path of a file that was asked for behind the others, empty where none was.
    """
    repository = data["repository"]
    ref = repository["ref"]
    if ref is None:
        raise RepositoryUnusable(f"{place} does not exist: is SHIPLOOP_BASE_BRANCH right?")
    target = ref["target"]
    return Base(
        repository_id=repository["id"],
        repository=repository["nameWithOwner"],
        head_sha=target["oid"],
        files=_files(target, paths, read_large),
        template=_text(target.get(f"file{len(paths)}"), read_large) if template else None,
        viewer=data["viewer"]["login"],
        required_checks=read_required_checks(ref),
        place=place,
        expected_apps=read_expected_apps(ref),
    )


def read_found(
    data: Mapping[str, Any], base_branch: str, paths: Sequence[str], read_large: ReadLarge
) -> Found:
    """Read the answer to FIND_PULL_REQUEST: of its pull requests ours is the newest that comes
    from a branch of this repository, into the base branch if there is one.
    """
    repository = data["repository"]
    ref = repository["ref"]
    pulls = [
        read_pull_request(node, base_branch)
        for node in _nodes(repository["pullRequests"])
        # A fork that was deleted is null.
        if (node["headRepository"] or {}).get("id") == repository["id"]
    ]
    into_base = [pull for pull in pulls if pull.other_base is None]
    return Found(
        repository_id=repository["id"],
        written=_written(ref, paths, read_large) if ref else None,
        pull=next(iter(into_base or pulls), None),
    )


def read_next_cursor(data: Mapping[str, Any]) -> str | None:
    """Where the next page of FIND_PULL_REQUEST begins, None after the last one."""
    page = data["repository"]["pullRequests"]["pageInfo"]
    return str(page["endCursor"]) if page["hasNextPage"] and page["endCursor"] else None


def read_pull_request(fields: Mapping[str, Any], base_branch: str) -> PullRequest:
    """Read the fields of the fragment PullRequestFields."""
    other_base = fields["baseRefName"] if fields["baseRefName"] != base_branch else None
    merge_commit = None if other_base else fields["mergeCommit"]
    return PullRequest(
        id=fields["id"],
        number=fields["number"],
        url=fields["url"],
        state=PullRequestState(fields["state"]),
        body=fields["body"],
        author=(fields["author"] or {"login": "ghost"})["login"],
        head_ref=fields["headRefName"],
        head_sha=fields["headRefOid"],
        paths=_paths(fields),
        mergeable=Mergeable(fields["mergeable"]),
        merge_sha=merge_commit["oid"] if merge_commit else None,
        merged_at=from_iso(fields["mergedAt"]) if fields["mergedAt"] else None,
        other_base=other_base,
        is_draft=bool(fields["isDraft"]),
        is_behind=fields.get("mergeStateStatus") == "BEHIND",
    )


def _nodes(connection: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """What GitHub lists; it gives null for what it may not show, and for the list itself."""
    return [node for node in (connection or {}).get("nodes") or () if node]


def _paths(fields: Mapping[str, Any]) -> tuple[str, ...]:
    listed = tuple(node["path"] for node in _nodes(fields["files"]))
    # More files than one page lists: keep it from looking like fewer.
    return listed if fields["changedFiles"] == len(listed) else (*listed, "…")


def _written(ref: Mapping[str, Any], paths: Sequence[str], read_large: ReadLarge) -> Written:
    target = ref["target"]
    parents = _nodes(target["parents"])
    return Written(
        ref_id=ref["id"],
        head_sha=target["oid"],
        files=_files(target, paths, read_large),
        parent_files=_files(parents[0], paths, read_large) if len(parents) == 1 else {},
        parent_sha=parents[0].get("oid") if len(parents) == 1 else None,
    )


def _files(commit: Mapping[str, Any], paths: Sequence[str], read_large: ReadLarge) -> Files:
    """The files by path, as `with_files` has asked for them."""
    return {
        path: _text(commit.get(f"file{number}"), read_large) for number, path in enumerate(paths)
    }


def _text(file: Mapping[str, Any] | None, read_large: ReadLarge) -> str | None:
    blob = (file or {}).get("object") or {}
    if blob.get("isBinary"):
        return None
    if blob.get("isTruncated"):
        return read_large(str(blob["oid"]))
    text = blob.get("text")
    return None if text is None else str(text)
