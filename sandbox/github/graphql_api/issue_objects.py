"""GraphQL: issues, and what issues and pull requests have in common.

Sources: https://docs.github.com/en/graphql/reference/objects#issue and
https://docs.github.com/en/graphql/reference/objects#issuecomment
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, Unpack

from graphql import GraphQLResolveInfo

from sandbox.github import mentions
from sandbox.github.accounts import Account
from sandbox.github.entities import Comment, Issue, PullRequest, Reaction, Repository
from sandbox.github.graphql_api.connections import (
    PageArguments,
    Resolver,
    always_empty,
    connection,
    resolve_as,
    resolve_by,
)
from sandbox.github.graphql_api.repository_objects import LabelNode, repository_url
from sandbox.github.graphql_api.session import Session
from sandbox.github.node_ids import node_id
from sandbox.github.payloads.timestamps import timestamp
from sandbox.github.reactions import CONTENTS
from sandbox.github.refusals import Reason, RefusedError


@dataclasses.dataclass(frozen=True, slots=True)
class IssueNode:
    """An issue and its repository."""

    repository: Repository
    entity: Issue


@dataclasses.dataclass(frozen=True, slots=True)
class CommentNode:
    """A comment, and what it is about."""

    repository: Repository
    issue: Issue
    entity: Comment


@dataclasses.dataclass(frozen=True, slots=True)
class ReactionGroup:
    """The reactions of one kind (REST's name of it)."""

    content: str
    given: Sequence[Reaction]


class IssueOrPullNode(Protocol):
    """An issue or a pull request, with its repository."""

    @property
    def repository(self) -> Repository:
        """Where it is."""

    @property
    def entity(self) -> Issue:
        """What it is."""


def page_of(repository: Repository, issue: Issue, info: GraphQLResolveInfo) -> str:
    """Return the address of an issue's or a pull request's page."""
    kind = "pull" if isinstance(issue, PullRequest) else "issues"
    return f"{repository_url(repository, info)}/{kind}/{issue.number}"


def reaction_groups(given: Sequence[Reaction]) -> list[ReactionGroup]:
    """Return a group of each kind, of which most are empty, as GitHub does."""
    return [
        ReactionGroup(content, [each for each in given if each.content == content])
        for content in CONTENTS
    ]


def is_viewer(author: Account, info: GraphQLResolveInfo) -> bool:
    """Tell whether it is they who ask."""
    session: Session = info.context
    return author == session.viewer


def _labels(
    source: IssueOrPullNode, info: GraphQLResolveInfo, **page: Unpack[PageArguments]
) -> dict[str, Any]:
    labels = [LabelNode(source.repository, label) for label in source.entity.labels]
    return connection(labels, info, **page)


def _comments(
    source: IssueOrPullNode,
    info: GraphQLResolveInfo,
    orderBy: Mapping[str, str] | None = None,  # noqa: N803
    **page: Unpack[PageArguments],
) -> dict[str, Any]:
    issue = source.entity
    comments = [CommentNode(source.repository, issue, each) for each in issue.comments]
    if orderBy is not None:
        comments.sort(
            key=lambda comment: (comment.entity.updated_at, comment.entity.id),
            reverse=orderBy["direction"] == "DESC",
        )
    return connection(comments, info, **page)


def _reactions(
    source: IssueOrPullNode,
    info: GraphQLResolveInfo,
    content: str | None = None,
    **page: Unpack[PageArguments],
) -> dict[str, Any]:
    found = [each for each in source.entity.reactions if content in (None, CONTENTS[each.content])]
    return connection(found, info, **page)


# Nobody is assigned, no milestone set and nothing locked in the sandbox.
ISSUE_OR_PULL: Mapping[str, Resolver] = {
    "activeLockReason": resolve_as(None),
    "assignees": always_empty,
    "author": resolve_by(lambda source: source.entity.author),
    "authorAssociation": resolve_as("CONTRIBUTOR"),
    "body": resolve_by(lambda source: source.entity.body),
    "closed": resolve_by(lambda source: not source.entity.open),
    "closedAt": resolve_by(lambda source: timestamp(source.entity.closed_at)),
    "comments": _comments,
    "createdAt": resolve_by(lambda source: timestamp(source.entity.created_at)),
    "databaseId": resolve_by(lambda source: source.entity.id),
    "includesCreatedEdit": resolve_as(False),
    "labels": _labels,
    "lastEditedAt": resolve_as(None),
    "locked": resolve_as(False),
    "milestone": resolve_as(None),
    "number": resolve_by(lambda source: source.entity.number),
    "projectCards": always_empty,
    "projectItems": always_empty,
    "publishedAt": resolve_by(lambda source: timestamp(source.entity.created_at)),
    "reactionGroups": resolve_by(lambda source: reaction_groups(source.entity.reactions)),
    "title": resolve_by(lambda source: source.entity.title),
    "updatedAt": resolve_by(lambda source: timestamp(source.entity.updated_at)),
    "url": lambda source, info: page_of(source.repository, source.entity, info),
    "viewerCanReact": resolve_as(True),
    "viewerDidAuthor": lambda source, info: is_viewer(source.entity.author, info),
}


_FILTERS = {"assignee", "createdBy", "labels", "mentioned", "states"}


def _issues(
    repository: Repository,
    info: GraphQLResolveInfo,
    filterBy: Mapping[str, Any] | None = None,  # noqa: N803
    labels: list[str] | None = None,
    orderBy: Mapping[str, str] | None = None,  # noqa: N803
    states: list[str] | None = None,
    **page: Unpack[PageArguments],
) -> dict[str, Any]:
    asked = {name: value for name, value in (filterBy or {}).items() if value}
    if unknown := sorted(asked.keys() - _FILTERS):
        message = f"Issues filtered by {', '.join(unknown)} are not modelled by the sandbox"
        raise RefusedError(Reason.NOT_MODELLED, message)
    states, labels = asked.get("states", states), asked.get("labels", labels)
    found = [
        issue
        for issue in repository.issues.values()
        if (states is None or ("OPEN" if issue.open else "CLOSED") in states)
        and has_labels(issue, labels)
        and asked.get("createdBy", issue.author.login) == issue.author.login
        and ("mentioned" not in asked or asked["mentioned"] in _mentioned(issue))
        # Nobody is assigned to anything.
        and "assignee" not in asked
    ]
    found.sort(key=ISSUE_ORDERS[(orderBy or _OLDEST_FIRST)["field"]])
    if (orderBy or _OLDEST_FIRST)["direction"] == "DESC":
        found.reverse()
    return connection([IssueNode(repository, issue) for issue in found], info, **page)


def _mentioned(issue: Issue) -> tuple[str, ...]:
    texts = (issue.body, *(comment.body for comment in issue.comments))
    return mentions.logins(mentions.without_code("\n".join(texts)))


def has_labels(issue: Issue, names: Sequence[str] | None) -> bool:
    """Tell whether it has one of these labels; with None, any will do."""
    wanted = None if names is None else {name.lower() for name in names}
    return wanted is None or any(label.name.lower() in wanted for label in issue.labels)


_OLDEST_FIRST = {"field": "CREATED_AT", "direction": "ASC"}
ISSUE_ORDERS: Mapping[str, Callable[[Issue], tuple[Any, int]]] = {
    "CREATED_AT": lambda issue: (issue.created_at, issue.number),
    "UPDATED_AT": lambda issue: (issue.updated_at, issue.number),
    "COMMENTS": lambda issue: (len(issue.comments), issue.number),
}


def _issue(repository: Repository, _info: GraphQLResolveInfo, number: int) -> IssueNode:
    if (issue := repository.issues.get(number)) is None:
        message = f"Could not resolve to an Issue with the number of {number}."
        raise RefusedError(Reason.NOT_FOUND, message)
    return IssueNode(repository, issue)


def _comment_url(comment: CommentNode, info: GraphQLResolveInfo) -> str:
    page = page_of(comment.repository, comment.issue, info)
    return f"{page}#issuecomment-{comment.entity.id}"


def _viewer_has_reacted(group: ReactionGroup, info: GraphQLResolveInfo) -> bool:
    session: Session = info.context
    return any(each.user == session.viewer for each in group.given)


def _reacting(
    group: ReactionGroup, _info: GraphQLResolveInfo, **_page: Unpack[PageArguments]
) -> dict[str, Any]:
    # Only the count is modelled, and at GitHub too it needs no size of a page.
    return {"totalCount": len(group.given)}


ISSUE_RESOLVERS: Mapping[str, Mapping[str, Resolver]] = {
    "Repository": {"issue": _issue, "issues": _issues},
    "PullRequest": {"reactions": _reactions},
    "Issue": {
        **ISSUE_OR_PULL,
        "id": resolve_by(lambda issue: node_id("I", issue.repository.id, issue.entity.number)),
        "state": resolve_by(lambda issue: "OPEN" if issue.entity.open else "CLOSED"),
        "stateReason": resolve_by(
            lambda issue: issue.entity.state_reason and issue.entity.state_reason.upper()
        ),
        "issueType": resolve_as(None),
        "parent": resolve_as(None),
        "subIssues": always_empty,
        "subIssuesSummary": resolve_as({"completed": 0, "percentCompleted": 0, "total": 0}),
        "blockedBy": always_empty,
        "blocking": always_empty,
    },
    "IssueComment": {
        "id": resolve_by(lambda comment: node_id("IC", comment.repository.id, comment.entity.id)),
        "databaseId": resolve_by(lambda comment: comment.entity.id),
        "author": resolve_by(lambda comment: comment.entity.author),
        "authorAssociation": resolve_as("CONTRIBUTOR"),
        "body": resolve_by(lambda comment: comment.entity.body),
        "createdAt": resolve_by(lambda comment: timestamp(comment.entity.created_at)),
        "publishedAt": resolve_by(lambda comment: timestamp(comment.entity.created_at)),
        "updatedAt": resolve_by(lambda comment: timestamp(comment.entity.updated_at)),
        "includesCreatedEdit": resolve_as(False),
        "lastEditedAt": resolve_as(None),
        "isMinimized": resolve_as(False),
        "minimizedReason": resolve_as(None),
        "reactionGroups": resolve_by(lambda source: reaction_groups(source.entity.reactions)),
        "url": _comment_url,
        "viewerCanReact": resolve_as(True),
        "viewerDidAuthor": lambda source, info: is_viewer(source.entity.author, info),
    },
    "ReactionGroup": {
        "content": resolve_by(lambda group: CONTENTS[group.content]),
        "createdAt": resolve_by(
            lambda group: timestamp(group.given[0].created_at) if group.given else None
        ),
        "users": _reacting,
        "viewerHasReacted": _viewer_has_reacted,
    },
    "Reaction": {
        "databaseId": resolve_by(lambda reaction: reaction.id),
        "id": resolve_by(lambda reaction: node_id("REA", reaction.id)),
        "content": resolve_by(lambda reaction: CONTENTS[reaction.content]),
        "createdAt": resolve_by(lambda reaction: timestamp(reaction.created_at)),
        "user": resolve_by(
            lambda reaction: reaction.user if reaction.user.kind == "User" else None
        ),
    },
}
