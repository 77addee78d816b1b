"""GraphQL: repositories, refs, commits and files.

Source: https://docs.github.com/en/graphql/reference/objects
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pygit2
from graphql import GraphQLResolveInfo

from sandbox.github.accounts import Access
from sandbox.github.entities import Repository
from sandbox.github.graphql_api.session import Session
from sandbox.github.node_ids import node_id
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.requirements import App

_TEXT_LIMIT_BYTES = 512_000
_LARGEST_PAGE = 100
Resolver = Callable[..., Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Ref:
    """A ref of a repository."""

    repository: Repository
    name: str

    @property
    def id(self) -> str:
        """Its node id."""
        return node_id("REF", self.repository.id, self.name)


@dataclasses.dataclass(frozen=True, slots=True)
class Commit:
    """A commit of a repository."""

    repository: Repository
    sha: str

    @property
    def git(self) -> pygit2.Commit:
        """The git object."""
        return self.repository.git.commit_object(self.sha)


@dataclasses.dataclass(frozen=True, slots=True)
class File:
    """A file of a commit."""

    repository: Repository
    path: str
    blob: pygit2.Blob


def resolve_by(read: Callable[[Any], Any]) -> Resolver:
    """Make a resolver of a function of the object alone."""
    return lambda source, _info, **_arguments: read(source)


def connection(
    items: Sequence[Any], first: int | None, last: int | None, after: str | None = None
) -> dict[str, Any]:
    """Return one page of a list; a cursor is how many items are before it.

    Source: https://docs.github.com/en/graphql/guides/using-pagination-in-the-graphql-api
    """
    if first is None and last is None:
        message = "You must provide a `first` or `last` value to properly paginate the connection."
        raise RefusedError(Reason.UNPROCESSABLE, message)
    if (size := first if first is not None else last or 0) > _LARGEST_PAGE:
        message = f"Requesting {size} records on the connection exceeds the limit of 100 records."
        raise RefusedError(Reason.UNPROCESSABLE, message)
    start = _position(after)
    if first is None:
        start = max(start, len(items) - (last or 0))
    end = len(items) if first is None else min(len(items), start + first)
    page_info = {"hasNextPage": end < len(items), "endCursor": str(end) if end > start else None}
    return {"nodes": items[start:end], "totalCount": len(items), "pageInfo": page_info}


def _position(cursor: str | None) -> int:
    if not cursor:
        return 0
    if not cursor.isdecimal():
        message = f"`{cursor}` does not appear to be a valid cursor."
        raise RefusedError(Reason.UNPROCESSABLE, message)
    return int(cursor)


def commit_at(repository: Repository, sha: str | None) -> Commit | None:
    """Return a commit, if there is one."""
    return None if sha is None else Commit(repository, sha)


def _ref_prefix(ref: Ref) -> str:
    kind = ref.name.split("/", 2)[1]
    return f"refs/{kind}/"


def _update_rule(ref: Ref, _info: GraphQLResolveInfo) -> dict[str, Any] | None:
    branch = ref.name.removeprefix("refs/heads/")
    protection = ref.repository.protections.get(branch)
    if protection is None:
        return None
    return {"pattern": branch, "requiredStatusCheckContexts": list(protection.contexts)}


def _protection_rule(ref: Ref, info: GraphQLResolveInfo) -> dict[str, Any] | None:
    """Return the rule as those who administer the repository see it; others see none."""
    session: Session = info.context
    branch = ref.name.removeprefix("refs/heads/")
    protection = ref.repository.protections.get(branch)
    if protection is None or session.viewer.access < Access.ADMIN:
        return None
    apps = {each.name: each.app for each in protection.checks}
    checks = [{"context": name, "app": app and app_object(app)} for name, app in apps.items()]
    return {
        "id": node_id("BPR", ref.repository.id, branch),
        "pattern": branch,
        "requiredStatusCheckContexts": list(protection.contexts),
        "requiredStatusChecks": checks,
    }


def _rules(
    ref: Ref, _info: GraphQLResolveInfo, first: int | None = None, last: int | None = None
) -> dict[str, Any]:
    branch = ref.name.removeprefix("refs/heads/")
    rules = [
        {
            "id": node_id("RR", ruleset.id),
            "parameters": {
                "requiredStatusChecks": [
                    {"context": each.name, "integrationId": each.app and each.app.id}
                    for each in ruleset.checks
                ]
            },
        }
        for ruleset in ref.repository.rulesets.values()
        if ruleset.branch == branch
    ]
    return connection(rules, first, last)


def app_object(app: App) -> dict[str, Any]:
    """Return an App."""
    return {"id": node_id("A", app.id), "databaseId": app.id, "name": app.slug, "slug": app.slug}


def _file(commit: Commit, _info: GraphQLResolveInfo, path: str) -> File | None:
    blob = commit.repository.git.blob(commit.sha, path)
    return None if blob is None else File(commit.repository, path, blob)


def _text(file: File) -> str | None:
    if file.blob.is_binary:
        return None
    return file.blob.data[:_TEXT_LIMIT_BYTES].decode(errors="replace")


def _parents(
    commit: Commit, _info: GraphQLResolveInfo, first: int | None = None, last: int | None = None
) -> dict[str, Any]:
    parents = [Commit(commit.repository, str(oid)) for oid in commit.git.parent_ids]
    return connection(parents, first, last)


def repository_url(repository: Repository, info: GraphQLResolveInfo) -> str:
    session: Session = info.context
    return f"{session.github.url}/{repository.full_name}"


def _ref(repository: Repository, _info: GraphQLResolveInfo, qualifiedName: str) -> Ref | None:  # noqa: N803
    names = (qualifiedName, f"refs/heads/{qualifiedName}", f"refs/tags/{qualifiedName}")
    for name in names:
        if name.startswith("refs/") and repository.git.sha(name) is not None:
            return Ref(repository, name)
    return None


GIT_RESOLVERS: Mapping[str, Mapping[str, Resolver]] = {
    "Repository": {
        "id": resolve_by(lambda repository: node_id("R", repository.id)),
        "nameWithOwner": resolve_by(lambda repository: repository.full_name),
        "url": repository_url,
        "defaultBranchRef": resolve_by(
            lambda repository: Ref(repository, f"refs/heads/{repository.default_branch}")
        ),
        "ref": _ref,
    },
    "Ref": {
        "name": resolve_by(lambda ref: ref.name.removeprefix(_ref_prefix(ref))),
        "prefix": resolve_by(_ref_prefix),
        "branchProtectionRule": _protection_rule,
        "refUpdateRule": _update_rule,
        "rules": _rules,
        "target": resolve_by(
            lambda ref: commit_at(ref.repository, ref.repository.git.sha(ref.name))
        ),
    },
    "Commit": {
        "id": resolve_by(lambda commit: node_id("C", commit.repository.id, commit.sha)),
        "oid": resolve_by(lambda commit: commit.sha),
        "message": resolve_by(lambda commit: commit.git.message.rstrip("\n")),
        "messageHeadline": resolve_by(lambda commit: commit.git.message.split("\n", 1)[0]),
        "file": _file,
        "parents": _parents,
    },
    "TreeEntry": {
        "name": resolve_by(lambda file: file.path.rpartition("/")[2]),
        "object": resolve_by(lambda file: file),
        "oid": resolve_by(lambda file: str(file.blob.id)),
    },
    "Blob": {
        "id": resolve_by(lambda file: node_id("B", file.repository.id, str(file.blob.id))),
        "oid": resolve_by(lambda file: str(file.blob.id)),
        "byteSize": resolve_by(lambda file: file.blob.size),
        "isBinary": resolve_by(lambda file: file.blob.is_binary),
        "isTruncated": resolve_by(lambda file: file.blob.size > _TEXT_LIMIT_BYTES),
        "text": resolve_by(_text),
    },
    "User": {"id": resolve_by(lambda account: node_id("U", account.id))},
    "Bot": {
        "id": resolve_by(lambda account: node_id("BOT", account.id)),
        # Only GraphQL's Bot has its login without the "[bot]" that `viewer` and REST show.
        "login": resolve_by(lambda account: account.login.removesuffix("[bot]")),
    },
}
