"""The merge queue of the base branch: put into it, taken out of it, and how what is in it stands.

Source: https://docs.github.com/en/graphql/reference/mutations#enqueuepullrequest
"""

import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from shiploop.clients.github import queue_queries as queries
from shiploop.clients.github.client import Transport
from shiploop.clients.github.graphql_answer import GraphQLAnswer, raise_for
from shiploop.clients.github.reading import text, understood
from shiploop.domain.delivery.checks import read_conclusion
from shiploop.domain.delivery.merge_queue import QueueStanding, Removal
from shiploop.domain.delivery.pull_request import PullRequestState
from shiploop.domain.delivery.task import merge_of
from shiploop.domain.timestamps import from_iso
from shiploop.errors import GitHubNotFound, GitHubRefused, GitHubUnauthorized

_BATCH = 100  # GitHub's limit on ids in `nodes`
_TOLD_EVERY_S = 1.0  # at most: all who have been told of something meanwhile share a query
_NOT_MERGEABLE, _CONFLICT = 405, 409
_ALREADY = "already in the queue"  # https://github.com/ClickHouse/ClickHouse/pull/109183
_MOVED = ("head branch was modified", "head sha", "head oid")


class MergeQueue:
    """Raises the GitHub errors of `shiploop.errors`."""

    def __init__(self, transport: Transport, base_branch: str, every_s: float) -> None:
        """`every_s`: how often it is read for those who wait, if nobody is told of anything."""
        self._transport = transport
        self._base_branch = base_branch
        self._every_s = every_s
        self._lock = threading.Lock()
        self._waiting: Counter[str] = Counter()
        self._known: dict[str, QueueStanding] = {}
        self._read_at = float("-inf")

    @understood
    def enqueue(self, pull_id: str, head_sha: str, *, jump: bool = False) -> datetime | None:
        """Put a pull request into the queue while its head is `head_sha`; returns when that was.

        None where it is there already. With `jump` it comes before all others where our account
        may do that, and behind them where not. Raises GitHubRefused as for a merge.
        """
        if jump:
            try:
                return self._enqueue(pull_id, head_sha, {"jump": True})
            except (GitHubRefused, GitHubUnauthorized):
                pass  # administrators may; what else is wrong is told without it, too
        return self._enqueue(pull_id, head_sha, {})

    def dequeue(self, pull_id: str) -> bool:
        """Take a pull request out of the queue; False where GitHub does not, as it is in none."""
        answer = self._transport.graphql(queries.DEQUEUE, {"dequeue": {"id": pull_id}})
        if any(error.type == "UNPROCESSABLE" for error in answer.errors):
            return False
        raise_for(answer.errors)
        return True

    @contextmanager
    def watching(self, pull_id: str) -> Iterator[None]:
        """Read this pull request with the others while the block runs."""
        with self._lock:
            self._waiting[pull_id] += 1
            self._known.pop(pull_id, None)
        try:
            yield
        finally:
            with self._lock:
                self._waiting[pull_id] -= 1
                self._waiting += Counter()  # drops what has reached zero

    @understood
    def standing(self, pull_id: str, *, told: bool = False) -> QueueStanding:
        """How a pull request stands that is watched, as it was read last for all who watch one.

        `told`: a webhook says that something has become of it, which is worth a look.
        """
        with self._lock:
            every_s = min(self._every_s, _TOLD_EVERY_S) if told else self._every_s
            age_s = time.monotonic() - self._read_at
            if age_s >= every_s or pull_id not in self._known:
                self._read_at = time.monotonic()
                self._known = self._read(sorted(self._waiting))
            if (found := self._known.get(pull_id)) is None:
                raise GitHubNotFound(f"the pull request {pull_id} is gone")
            return found

    def _enqueue(self, pull_id: str, head_sha: str, more: Mapping[str, object]) -> datetime | None:
        asked = {"pullRequestId": pull_id, "expectedHeadOid": head_sha, **more}
        answer = self._transport.graphql(queries.ENQUEUE, {"enqueue": asked})
        if any(_ALREADY in error.message.casefold() for error in answer.errors):
            return None
        _raise_refusal(answer)
        entry = answer.data["enqueuePullRequest"]["mergeQueueEntry"]
        return from_iso(text(entry["enqueuedAt"])) if entry else None

    def _read(self, pull_ids: list[str]) -> dict[str, QueueStanding]:
        found: dict[str, QueueStanding] = {}
        for start in range(0, len(pull_ids), _BATCH):
            ids = pull_ids[start : start + _BATCH]
            answer = self._transport.graphql(queries.READ_QUEUED, {"ids": ids})
            if not answer.data:
                raise_for(answer.errors)
            nodes = (node for node in answer.data.get("nodes") or () if node)
            found |= {each.pull_id: each for each in map(self._standing, nodes)}
        return found

    def _standing(self, pull: Mapping[str, Any]) -> QueueStanding:
        into_base = pull["baseRefName"] == self._base_branch
        merge_commit = (pull["mergeCommit"] or {}) if into_base else {}
        merged_at = from_iso(pull["mergedAt"]) if pull["mergedAt"] else None
        entry = pull["mergeQueueEntry"]
        removals = [node for node in (pull["timelineItems"] or {}).get("nodes") or () if node]
        return QueueStanding(
            pull_id=text(pull["id"]),
            state=PullRequestState(pull["state"]),
            head_sha=text(pull["headRefOid"]),
            enqueued_at=from_iso(text(entry["enqueuedAt"])) if entry else None,
            removal=_removal(removals[-1]) if removals else None,
            merge=merge_of(merge_commit.get("oid"), merged_at),
            other_base=None if into_base else text(pull["baseRefName"]),
        )


def _raise_refusal(answer: GraphQLAnswer) -> None:
    """Raise a refusal as REST tells one of a merge, and all else as what it is."""
    refused = [error for error in answer.errors if error.type == "UNPROCESSABLE"]
    if refused and len(refused) == len(answer.errors):
        said = "\n".join(error.message for error in refused)
        moved = any(each in said.casefold() for each in _MOVED)
        raise GitHubRefused(said, _CONFLICT if moved else _NOT_MERGEABLE)
    raise_for(answer.errors)


def _removal(event: Mapping[str, Any]) -> Removal:
    rollup = (event["beforeCommit"] or {}).get("statusCheckRollup") or {}
    contexts = (rollup.get("contexts") or {}).get("nodes") or ()
    return Removal(
        said=str(event["reason"] or "no reason told"),
        at=from_iso(text(event["createdAt"])),
        failed=tuple(dict.fromkeys(str(name) for name in _red(contexts))),
    )


def _red(contexts: Iterable[Mapping[str, Any] | None]) -> Iterator[object]:
    """The names of those that have failed; what GitHub hides from us is null."""
    for each in contexts:
        is_run = each is not None and each["__typename"] == "CheckRun"
        name, told = ("name", "conclusion") if is_run else ("context", "state")
        ended = read_conclusion((each or {}).get(told))
        if each is not None and ended is not None and not ended.passes:
            yield each[name]
