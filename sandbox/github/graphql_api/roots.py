"""Root resolvers: the queries, and the mutations, which run one after the other.

Sources: https://docs.github.com/en/graphql/reference/queries and
https://docs.github.com/en/graphql/reference/mutations
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from graphql import GraphQLResolveInfo

from sandbox.github import pulls, refs
from sandbox.github.entities import Repository
from sandbox.github.graphql_api import nodes
from sandbox.github.graphql_api.connections import Resolver
from sandbox.github.graphql_api.git_objects import Commit, Ref
from sandbox.github.graphql_api.issue_mutations import ISSUE_MUTATIONS, payload
from sandbox.github.graphql_api.pull_objects import Pull
from sandbox.github.graphql_api.queue_objects import QUEUE_MUTATIONS
from sandbox.github.graphql_api.session import Session
from sandbox.github.payloads.timestamps import timestamp
from sandbox.github.rate_limit import LIMIT
from sandbox.github.refusals import Reason, RefusedError

Input = dict[str, Any]


def _repository(
    _root: None, info: GraphQLResolveInfo, owner: str, name: str, **asked: bool
) -> Repository:
    session: Session = info.context
    repository = session.github.find_repository(owner, name)
    if repository is None and asked.get("followRenames", True):
        repository = session.github.former_names.get(f"{owner}/{name}".lower())
    if repository is None:
        message = f"Could not resolve to a Repository with the name '{owner}/{name}'."
        raise RefusedError(Reason.NOT_FOUND, message)
    return repository


def _nodes(_root: None, info: GraphQLResolveInfo, ids: list[str]) -> list[object]:
    found: list[object] = []
    for node in ids:
        try:
            found.append(nodes.find(info.context, node))
        except RefusedError as error:
            found.append(error)
    return found


def _rate_limit(_root: None, info: GraphQLResolveInfo, **_: bool) -> dict[str, Any]:
    session: Session = info.context
    rate = session.rate_limit
    return {
        "cost": 1,
        "limit": LIMIT,
        "nodeCount": 1,
        "remaining": rate.remaining,
        "resetAt": timestamp(rate.reset_at),
        "used": rate.used,
    }


def _viewer(_root: None, info: GraphQLResolveInfo) -> object:
    session: Session = info.context
    return session.viewer


def _create_ref(_root: None, info: GraphQLResolveInfo, input: Input) -> Input:
    session: Session = info.context
    session.require_write("CreateRef")
    repository = session.repository(input["repositoryId"])
    refs.create(session.github, repository, input["name"], input["oid"], session.viewer)
    return payload(input, ref=Ref(repository, input["name"]))


def _update_ref(_root: None, info: GraphQLResolveInfo, input: Input) -> Input:
    session: Session = info.context
    session.require_write("UpdateRef")
    ref = nodes.ref(session, input["refId"])
    refs.update(
        session.github,
        ref.repository,
        ref.name,
        input["oid"],
        force=bool(input["force"]),
        by=session.viewer,
    )
    return payload(input, ref=ref)


def _delete_ref(_root: None, info: GraphQLResolveInfo, input: Input) -> Input:
    session: Session = info.context
    session.require_write("DeleteRef")
    ref = nodes.ref(session, input["refId"])
    refs.delete(session.github, ref.repository, ref.name, session.viewer)
    return payload(input)


def _commit_on_branch(_root: None, info: GraphQLResolveInfo, input: Input) -> Input:
    session: Session = info.context
    session.require_write("CreateCommitOnBranch")
    repository, branch = _branch(session, input["branch"])
    message = input["message"]
    text = "\n\n".join(filter(None, (message["headline"], message.get("body"))))
    sha = refs.commit_on_branch(
        session.github,
        repository,
        branch,
        expected_head=input["expectedHeadOid"],
        changes=_changes(input.get("fileChanges") or {}),
        message=text,
        by=session.viewer,
    )
    ref = Ref(repository, f"{refs.BRANCHES}{branch}")
    return payload(input, commit=Commit(repository, sha), ref=ref)


def _create_pull(_root: None, info: GraphQLResolveInfo, input: Input) -> Input:
    session: Session = info.context
    repository = session.repository(input["repositoryId"])
    session.require_write("CreatePullRequest")
    if input.get("headRepositoryId") not in (None, input["repositoryId"]):
        message = "Pull requests from forks are not modelled by the sandbox"
        raise RefusedError(Reason.NOT_MODELLED, message)
    pull = pulls.open_pull(
        session.github,
        repository,
        title=input["title"],
        body=input.get("body") or "",
        head=input["headRefName"].removeprefix(refs.BRANCHES),
        base=input["baseRefName"].removeprefix(refs.BRANCHES),
        author=session.viewer,
        draft=bool(input["draft"]),
    )
    return payload(input, pullRequest=Pull(repository, pull))


def _branch(session: Session, branch: Input) -> tuple[Repository, str]:
    """Return the branch that is named by its ref's id, or by repository and name."""
    if (node := branch.get("id")) is not None:
        ref = nodes.ref(session, node)
        return ref.repository, ref.name.removeprefix(refs.BRANCHES)
    owner, _, name = (branch.get("repositoryNameWithOwner") or "").partition("/")
    repository = session.github.find_repository(owner, name)
    if repository is None or not branch.get("branchName"):
        message = "A branch needs an id, or repositoryNameWithOwner and branchName"
        raise RefusedError(Reason.NOT_FOUND, message)
    repository.require_writable()
    return repository, branch["branchName"].removeprefix(refs.BRANCHES)


def _changes(changes: Input) -> Mapping[str, bytes | None]:
    files: dict[str, bytes | None] = {}
    for deletion in changes.get("deletions") or ():
        files[deletion["path"]] = None
    for addition in changes.get("additions") or ():
        try:
            files[addition["path"]] = base64.b64decode(addition["contents"], validate=True)
        except binascii.Error as error:
            message = f"The contents of {addition['path']} are not valid Base64"
            raise RefusedError(Reason.UNPROCESSABLE, message) from error
    return files


def _where_it_may_be_changed(resolver: Resolver) -> Resolver:
    """Make a mutation refuse what is in an archived repository."""

    def resolve(root: None, info: GraphQLResolveInfo, input: Input) -> Input:
        session: Session = info.context
        for name, value in input.items():
            if isinstance(value, str) and name.casefold().endswith("id"):
                session.require_writable(value)
        changed: Input = resolver(root, info, input)
        return changed

    return resolve


_MUTATIONS: Mapping[str, Resolver] = {
    **ISSUE_MUTATIONS,
    **QUEUE_MUTATIONS,
    "createCommitOnBranch": _commit_on_branch,
    "createPullRequest": _create_pull,
    "createRef": _create_ref,
    "deleteRef": _delete_ref,
    "updateRef": _update_ref,
}
ROOTS: Mapping[str, Mapping[str, Resolver]] = {
    "Query": {
        "node": lambda _root, info, id: nodes.find(info.context, id),
        "nodes": _nodes,
        "rateLimit": _rate_limit,
        "repository": _repository,
        "viewer": _viewer,
    },
    "Mutation": {name: _where_it_may_be_changed(resolver) for name, resolver in _MUTATIONS.items()},
}
