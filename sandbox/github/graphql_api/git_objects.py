"""GraphQL: refs, commits and files.

Source: https://docs.github.com/en/graphql/reference/objects
"""

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Unpack

import pygit2
from graphql import GraphQLResolveInfo

from sandbox.github import merge_rules
from sandbox.github.accounts import Access
from sandbox.github.entities import Repository
from sandbox.github.graphql_api.connections import (
    PageArguments,
    Resolver,
    connection,
    resolve_by,
)
from sandbox.github.graphql_api.repository_objects import repository_url
from sandbox.github.graphql_api.session import Session
from sandbox.github.node_ids import node_id
from sandbox.github.payloads.timestamps import timestamp
from sandbox.github.requirements import App, Protection

_TEXT_LIMIT_BYTES = 512_000


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
    return _seen_by_all(branch, protection)


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
        **_seen_by_administrators(protection),
    }


def _seen_by_all(branch: str, protection: Protection) -> dict[str, Any]:
    """Return `RefUpdateRule`: what of a protection everybody sees."""
    return {
        "pattern": branch,
        "requiredApprovingReviewCount": protection.approvals,
        "requiredStatusCheckContexts": list(protection.contexts),
        "requiresCodeOwnerReviews": protection.code_owners,
        "requiresConversationResolution": protection.conversations,
        "requiresLinearHistory": protection.linear_history,
        "requiresSignatures": False,
    }


def _seen_by_administrators(protection: Protection) -> dict[str, Any]:
    nobody = {"nodes": [], "totalCount": 0}
    return {
        "bypassPullRequestAllowances": nobody,
        "isAdminEnforced": protection.for_admins,
        "lockBranch": protection.locked,
        "pushAllowances": nobody,
        "requireLastPushApproval": protection.last_push,
        "requiredDeploymentEnvironments": None,
        "requiresDeployments": False,
        "requiresStrictStatusChecks": protection.strict,
        "restrictsPushes": False,
    }


def _rules(ref: Ref, info: GraphQLResolveInfo, **page: Unpack[PageArguments]) -> dict[str, Any]:
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
        for ruleset in merge_rules.rulesets_of(ref.repository, branch)
        if ruleset.checks
    ]
    return connection(rules, info, **page)


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
    commit: Commit, info: GraphQLResolveInfo, **page: Unpack[PageArguments]
) -> dict[str, Any]:
    parents = [Commit(commit.repository, str(oid)) for oid in commit.git.parent_ids]
    return connection(parents, info, **page)


def _commit_url(commit: Commit, info: GraphQLResolveInfo) -> str:
    return f"{repository_url(commit.repository, info)}/commit/{commit.sha}"


def _actor(signature: pygit2.Signature, info: GraphQLResolveInfo) -> dict[str, Any]:
    session: Session = info.context
    account = session.github.accounts.find(signature.name)
    return {
        "name": signature.name,
        "email": signature.email,
        "date": _time(signature),
        "user": account if account and account.kind == "User" else None,
    }


def _time(signature: pygit2.Signature) -> str | None:
    return timestamp(datetime.fromtimestamp(signature.time, UTC))


def _ref(repository: Repository, _info: GraphQLResolveInfo, qualifiedName: str) -> Ref | None:  # noqa: N803
    names = (qualifiedName, f"refs/heads/{qualifiedName}", f"refs/tags/{qualifiedName}")
    for name in names:
        if name.startswith("refs/") and repository.git.sha(name) is not None:
            return Ref(repository, name)
    return None


GIT_RESOLVERS: Mapping[str, Mapping[str, Resolver]] = {
    "Repository": {
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
        "messageBody": resolve_by(lambda commit: commit.git.message.partition("\n")[2].strip()),
        "abbreviatedOid": resolve_by(lambda commit: commit.sha[:7]),
        "author": lambda commit, info: _actor(commit.git.author, info),
        "authoredDate": resolve_by(lambda commit: _time(commit.git.author)),
        "committer": lambda commit, info: _actor(commit.git.committer, info),
        "committedDate": resolve_by(lambda commit: _time(commit.git.committer)),
        "url": _commit_url,
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
}
