"""A merge that the base's merge queue makes: put into it, waited for, and taken out of it again."""

import logging
import time
from collections.abc import Callable
from datetime import datetime

from shiploop.bootstrap import services
from shiploop.domain.delivery.merge_queue import InQueue, Left, LeftQueue, decide_queued
from shiploop.domain.delivery.pull_request import Mergeable, PullRequest
from shiploop.domain.delivery.task import Merge
from shiploop.errors import GitHubRefused, MergeNotReady, TransientError

_LOOK_AGAIN_S = 1.0  # for a freeze or a cancellation, and for facts whose news was lost with Redis
_TAKEN_OUT_WITHIN_S = 60.0  # so long GitHub may be away when something is to be taken out
_TRY_AGAIN_AFTER_S = 15.0
_TAKEN_OUT = "it was taken out of the merge queue"
_STATUSES = {Left.UNTOLD: 405, Left.MOVED: 409}  # as REST has them where it refuses a merge

log = logging.getLogger(__name__)


def merge_queued(
    pull: PullRequest, why_leave: Callable[[], Left | None], *, jump: bool = False
) -> Merge | LeftQueue:
    """Have the queue merge a pull request whose head is `pull.head_sha`.

    Once `why_leave` says so it is taken out, unless it is merged by then. Raises GitHubRefused
    as for a merge by ourselves.
    """
    ended: Merge | LeftQueue | None = None
    while ended is None:
        ended = _stay_once(pull, why_leave, jump=jump)
        if isinstance(ended, LeftQueue) and ended.why is Left.CONFLICTING:
            ended = _await_what_is_ahead(pull, why_leave, ended)
    if isinstance(ended, LeftQueue) and ended.why in _STATUSES:
        raise GitHubRefused(ended.said, _STATUSES[ended.why])
    return ended


def _stay_once(
    pull: PullRequest, why_leave: Callable[[], Left | None], *, jump: bool
) -> Merge | LeftQueue:
    queue, facts = services().merge_queue, services().facts
    with facts.watching(pull.head_sha) as news, queue.watching(pull.id):
        stay = _Stay(pull, facts.known(pull.head_sha).enqueued_at or _enter(pull, jump=jump))
        told = False
        while isinstance(ended := stay.look(told=told), InQueue):
            news.clear()
            if (leaving := why_leave()) is not None:
                stay.take_out(leaving)
            told = news.wait(_LOOK_AGAIN_S)
    facts.forget_enqueued(pull.head_sha)
    return ended


def _await_what_is_ahead(
    pull: PullRequest, why_leave: Callable[[], Left | None], conflict: LeftQueue
) -> LeftQueue | None:
    """The conflict once the base itself has it; None where it is worth another try before.

    What is ahead of it in the queue may not get to the base at all, and until it does the edit
    cannot be made on it.
    """
    try_again_at = time.monotonic() + _TRY_AGAIN_AFTER_S
    while time.monotonic() < try_again_at:
        if (leaving := why_leave()) is not None:
            return LeftQueue(leaving, _TAKEN_OUT)
        now = services().github.find_pull_request(pull.head_ref).pull
        if now is not None and now.mergeable is Mergeable.CONFLICTING:
            return conflict
        time.sleep(services().settings.check_poll_s)
    return None


def _enter(pull: PullRequest, *, jump: bool) -> datetime | None:
    """Put it in, and remember that: an attempt after this one shall wait, and not begin anew."""
    try:
        at = services().merge_queue.enqueue(pull.id, pull.head_sha, jump=jump)
    except GitHubRefused as refusal:
        if services().rules.look_again().merge_queue:
            raise
        raise MergeNotReady(f"the merge queue is gone: {refusal}") from refusal
    if at is not None:
        services().facts.note_enqueued(pull.head_sha, at)
    return at


class _Stay:
    """One stay of a pull request in the queue."""

    def __init__(self, pull: PullRequest, enqueued_at: datetime | None) -> None:
        self._pull = pull
        self._enqueued_at = enqueued_at
        self._seen_inside_at = time.monotonic()
        self._leaving: Left | None = None
        self._leaving_since = 0.0
        self._is_taken_out = False

    def look(self, *, told: bool) -> Merge | InQueue | LeftQueue:
        """What has become of it, by what GitHub says."""
        try:
            decision = self._read(told=told or self._leaving is not None)
        except TransientError as error:
            log.warning("the merge queue could not be read, it is tried again: %s", error)
            decision = InQueue()
        if self._leaving is None or isinstance(decision, Merge):
            return decision
        if isinstance(decision, LeftQueue):
            ours = decision.why in (Left.BY_HAND, Left.UNTOLD)
            return LeftQueue(self._leaving, _TAKEN_OUT) if ours else decision
        is_late = time.monotonic() - self._leaving_since > _TAKEN_OUT_WITHIN_S
        return LeftQueue(self._leaving, _TAKEN_OUT) if is_late else decision

    def take_out(self, why: Left) -> None:
        """Take it out of the queue; whether it is, the next look will say."""
        if self._leaving is None:
            self._leaving, self._leaving_since = why, time.monotonic()
        if self._is_taken_out:
            return
        try:
            self._is_taken_out = services().merge_queue.dequeue(self._pull.id)
        except TransientError as error:
            log.warning("could not be taken out of the merge queue, tried again: %s", error)

    def _read(self, *, told: bool) -> Merge | InQueue | LeftQueue:
        standing = services().merge_queue.standing(self._pull.id, told=told)
        if standing.enqueued_at is not None:
            self._seen_inside_at = time.monotonic()
            self._enqueued_at = self._enqueued_at or standing.enqueued_at
        silent_s = time.monotonic() - self._seen_inside_at
        return decide_queued(standing, self._pull.head_sha, self._enqueued_at, silent_s)
