"""GraphQL: reviews of pull requests.

Source: https://docs.github.com/en/graphql/reference/objects#pullrequestreview
"""

import dataclasses
from collections.abc import Mapping
from typing import Any, Unpack

from graphql import GraphQLResolveInfo

from sandbox.github import merge_rules, opinions
from sandbox.github.entities import DraftChange, PullRequest, Repository, Review, Thread
from sandbox.github.graphql_api.connections import (
    PageArguments,
    Resolver,
    always_empty,
    connection,
    resolve_as,
    resolve_by,
)
from sandbox.github.graphql_api.git_objects import Commit
from sandbox.github.graphql_api.issue_objects import is_viewer, page_of
from sandbox.github.graphql_api.pull_objects import Pull
from sandbox.github.graphql_api.queue_objects import RemovalEvent
from sandbox.github.node_ids import node_id
from sandbox.github.payloads.timestamps import timestamp


@dataclasses.dataclass(frozen=True, slots=True)
class ReviewNode:
    """A review and its pull request."""

    repository: Repository
    pull: PullRequest
    entity: Review


def _reviews(
    source: Pull,
    info: GraphQLResolveInfo,
    author: str | None = None,
    states: list[str] | None = None,
    **page: Unpack[PageArguments],
) -> dict[str, Any]:
    found = [
        ReviewNode(source.repository, source.entity, review)
        for review in source.entity.reviews
        if author in (None, review.author.login) and (states is None or review.state in states)
    ]
    return connection(found, info, **page)


def _latest(
    source: Pull, info: GraphQLResolveInfo, **page: Unpack[PageArguments]
) -> dict[str, Any]:
    """Return the newest review of each of those who reviewed."""
    by_author = {review.author: review for review in source.entity.reviews}
    found = [ReviewNode(source.repository, source.entity, each) for each in by_author.values()]
    return connection(found, info, **page)


def _latest_opinionated(
    source: Pull,
    info: GraphQLResolveInfo,
    writersOnly: bool = False,  # noqa: N803
    **page: Unpack[PageArguments],
) -> dict[str, Any]:
    reviews_of = opinions.latest_opinionated(source.entity, writers_only=writersOnly)
    found = [ReviewNode(source.repository, source.entity, each) for each in reviews_of]
    return connection(found, info, **page)


def _timeline(
    source: Pull,
    info: GraphQLResolveInfo,
    itemTypes: list[str] | None = None,  # noqa: N803
    **page: Unpack[PageArguments],
) -> dict[str, Any]:
    """Return how it became a draft or was one no more, and how it left a merge queue.

    Of a timeline no more is modelled.
    """
    found: list[DraftChange | RemovalEvent] = [
        each
        for each in source.entity.draft_changes
        if itemTypes is None or _ITEM_TYPES[each.draft] in itemTypes
    ]
    if itemTypes is None or "REMOVED_FROM_MERGE_QUEUE_EVENT" in itemTypes:
        found += [
            RemovalEvent(source.repository, source.entity, each) for each in source.entity.removals
        ]
    return connection(sorted(found, key=_number), info, **page)


def _number(event: DraftChange | RemovalEvent) -> int:
    return event.id if isinstance(event, DraftChange) else event.entity.id


def _threads(
    source: Pull, info: GraphQLResolveInfo, **page: Unpack[PageArguments]
) -> dict[str, Any]:
    return connection([thread_object(each) for each in source.entity.threads], info, **page)


def thread_object(thread: Thread) -> dict[str, Any]:
    """Return a conversation."""
    return {
        "id": node_id("PRRT", thread.id),
        "isResolved": thread.is_resolved,
        "path": thread.path,
    }


def draft_change_type(change: DraftChange) -> str:
    """Return the GraphQL type of it."""
    return "ConvertToDraftEvent" if change.draft else "ReadyForReviewEvent"


_ITEM_TYPES = {True: "CONVERT_TO_DRAFT_EVENT", False: "READY_FOR_REVIEW_EVENT"}
_DRAFT_CHANGE: Mapping[str, Resolver] = {
    "actor": resolve_by(lambda change: change.actor),
    "createdAt": resolve_by(lambda change: timestamp(change.created_at)),
    "id": resolve_by(lambda change: node_id("DC", change.id)),
}


def _url(review: ReviewNode, info: GraphQLResolveInfo) -> str:
    page = page_of(review.repository, review.pull, info)
    return f"{page}#pullrequestreview-{review.entity.id}"


def _submitted(review: ReviewNode) -> str | None:
    return timestamp(review.entity.submitted_at)


REVIEW_RESOLVERS: Mapping[str, Mapping[str, Resolver]] = {
    "PullRequest": {
        "reviews": _reviews,
        "latestReviews": _latest,
        "latestOpinionatedReviews": _latest_opinionated,
        "timelineItems": _timeline,
        "reviewDecision": resolve_by(
            lambda pull: merge_rules.review_decision(pull.repository, pull.entity)
        ),
        "reviewThreads": _threads,
        # The sandbox asks nobody for a review.
        "reviewRequests": always_empty,
    },
    "ConvertToDraftEvent": _DRAFT_CHANGE,
    "ReadyForReviewEvent": _DRAFT_CHANGE,
    "PullRequestReview": {
        "id": resolve_by(lambda review: node_id("PRR", review.repository.id, review.entity.id)),
        "databaseId": resolve_by(lambda review: review.entity.id),
        "author": resolve_by(lambda review: review.entity.author),
        "authorAssociation": resolve_as("CONTRIBUTOR"),
        "authorCanPushToRepository": resolve_by(
            lambda review: opinions.may_push(review.entity.author)
        ),
        "body": resolve_by(lambda review: review.entity.body),
        "state": resolve_by(lambda review: review.entity.state),
        "commit": resolve_by(lambda review: Commit(review.repository, review.entity.commit_sha)),
        "createdAt": resolve_by(_submitted),
        "publishedAt": resolve_by(_submitted),
        "submittedAt": resolve_by(_submitted),
        "updatedAt": resolve_by(_submitted),
        "includesCreatedEdit": resolve_as(False),
        "lastEditedAt": resolve_as(None),
        "reactionGroups": resolve_as([]),
        "url": _url,
        "viewerCanReact": resolve_as(False),
        "viewerDidAuthor": lambda review, info: is_viewer(review.entity.author, info),
    },
}
