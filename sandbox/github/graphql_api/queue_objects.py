"""GraphQL: merge queues, what is in them, and what has left them.

Source: https://docs.github.com/en/graphql/reference/objects#mergequeue
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from graphql import GraphQLResolveInfo

from sandbox.github import merge_queue
from sandbox.github.accounts import Access
from sandbox.github.entities import PullRequest, Repository
from sandbox.github.graphql_api import nodes
from sandbox.github.graphql_api.connections import Resolver, resolve_by
from sandbox.github.graphql_api.git_objects import commit_at
from sandbox.github.graphql_api.pull_objects import Pull
from sandbox.github.graphql_api.session import Session
from sandbox.github.node_ids import node_id
from sandbox.github.payloads.timestamps import timestamp
from sandbox.github.queue_entries import QueueEntry, Removal

Input = dict[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a queue, and its pull request."""

    repository: Repository
    pull: PullRequest
    entity: QueueEntry


@dataclasses.dataclass(frozen=True, slots=True)
class RemovalEvent:
    """That a pull request has left a queue."""

    repository: Repository
    pull: PullRequest
    entity: Removal


def _queue(
    repository: Repository, _info: GraphQLResolveInfo, branch: str | None = None
) -> dict[str, Any] | None:
    name = branch or repository.default_branch
    settings = merge_queue.settings_of(repository, name)
    if settings is None:
        return None
    return {
        "id": node_id("MQ", repository.id, name),
        "configuration": {"mergeMethod": settings.method.upper()},
    }


def _entry(pull: Pull) -> Entry | None:
    found = merge_queue.entry_of(pull.repository, pull.entity)
    return None if found is None else Entry(pull.repository, pull.entity, found)


def _position(entry: Entry) -> int:
    return 1 + entry.repository.queues[entry.pull.base_ref].index(entry.entity)


def _enqueue(_root: None, info: GraphQLResolveInfo, input: Input) -> Input:
    session: Session = info.context
    session.require_write("EnqueuePullRequest")
    jump = bool(input.get("jump"))
    if jump:
        # GitHub tells of no words for it: those of another right that is lacking are used.
        session.require("EnqueuePullRequest", Access.ADMIN)
    pull = nodes.pull(session, input["pullRequestId"])
    merge_queue.enqueue(
        session.github,
        pull.repository,
        pull.entity,
        session.viewer,
        expected_head=input.get("expectedHeadOid"),
        jump=jump,
    )
    return {"clientMutationId": input.get("clientMutationId"), "mergeQueueEntry": _entry(pull)}


def _dequeue(_root: None, info: GraphQLResolveInfo, input: Input) -> Input:
    session: Session = info.context
    session.require_write("DequeuePullRequest")
    pull = nodes.pull(session, input["id"])
    merge_queue.dequeue(session.github, pull.repository, pull.entity, session.viewer)
    return {"clientMutationId": input.get("clientMutationId"), "mergeQueueEntry": None}


QUEUE_MUTATIONS: Mapping[str, Resolver] = {
    "dequeuePullRequest": _dequeue,
    "enqueuePullRequest": _enqueue,
}
QUEUE_RESOLVERS: Mapping[str, Mapping[str, Resolver]] = {
    "Repository": {"mergeQueue": _queue},
    "PullRequest": {
        "isInMergeQueue": resolve_by(lambda pull: _entry(pull) is not None),
        "isMergeQueueEnabled": resolve_by(
            lambda pull: merge_queue.settings_of(pull.repository, pull.entity.base_ref) is not None
        ),
        "mergeQueueEntry": resolve_by(_entry),
    },
    "MergeQueueEntry": {
        "id": resolve_by(lambda entry: node_id("MQE", entry.entity.id)),
        "baseCommit": resolve_by(
            lambda entry: commit_at(entry.repository, entry.entity.base_sha or None)
        ),
        "enqueuedAt": resolve_by(lambda entry: timestamp(entry.entity.enqueued_at)),
        "enqueuer": resolve_by(lambda entry: entry.entity.enqueuer),
        "headCommit": resolve_by(
            lambda entry: commit_at(entry.repository, entry.entity.sha or None)
        ),
        "jump": resolve_by(lambda entry: entry.entity.jump),
        "position": resolve_by(_position),
        "pullRequest": resolve_by(lambda entry: Pull(entry.repository, entry.pull)),
        "state": resolve_by(lambda entry: entry.entity.state),
    },
    "RemovedFromMergeQueueEvent": {
        "id": resolve_by(lambda event: node_id("RFMQE", event.entity.id)),
        "actor": resolve_by(lambda event: event.entity.actor),
        "beforeCommit": resolve_by(
            lambda event: commit_at(event.repository, event.entity.before_sha or None)
        ),
        "createdAt": resolve_by(lambda event: timestamp(event.entity.created_at)),
        "pullRequest": resolve_by(lambda event: Pull(event.repository, event.pull)),
        "reason": resolve_by(lambda event: event.entity.reason.graphql),
    },
}
