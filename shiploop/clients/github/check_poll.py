"""Reads the checks of all waiting pull requests at once: when a webhook has told something, and
every few seconds in case one is lost.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

from redis.exceptions import RedisError

from shiploop.domain.delivery.pull_request import HeadChecks
from shiploop.errors import GitHubRateLimited, ShiploopError

_BATCH = 100  # GitHub's limit on ids in `nodes`
# Many pull requests of many checks may be more than GitHub answers at once, and one whose answer
# cannot be read takes those along that are asked for with it.
_SMALLEST_BATCH = 10
# GitHub works out whether a pull request conflicts when it is asked, and forgets it with the
# next merge: on a busy branch a poll every few seconds alone would never see the answer.
_ASK_AGAIN_S = 0.25
_CONFIRM_EVERY_S = 1.0  # at most: all who have been told of something meanwhile share a query
_STOP_LOOK_S = 0.5

_Covered = tuple[str, str]  # the id of a pull request, and its head sha

log = logging.getLogger(__name__)


class ReadHeads(Protocol):
    """Reads the heads of pull requests by their ids, with what is `deployed` of each or without."""

    def __call__(
        self, pull_request_ids: list[str], *, deployed: bool = False
    ) -> tuple[HeadChecks, ...]:
        """Read them all in one query."""


class CheckPoll:
    """Reads the checks of every covered pull request and records what it learns."""

    def __init__(
        self,
        read: ReadHeads,
        record: Callable[[Iterable[HeadChecks]], None],
        every_s: float,
    ) -> None:
        self._read = read
        self._record = record
        self._every_s = every_s
        self._batch = _BATCH
        self._covered: Counter[_Covered] = Counter()
        self._deployed: Counter[str] = Counter()
        self._hinted: set[_Covered] = set()
        self._moved: dict[_Covered, str] = {}
        self._lock = threading.Lock()
        self._news = threading.Event()

    @contextmanager
    def covering(self, pull_request_id: str, sha: str, *, deployed: bool = False) -> Iterator[None]:
        """Poll this pull request, whose head is `sha`, too while the block runs.

        `deployed`: where it is deployed matters as well, which not every token may read.
        """
        with self._lock:
            self._covered[pull_request_id, sha] += 1
            self._deployed[pull_request_id] += deployed
        try:
            yield
        finally:
            with self._lock:
                self._covered[pull_request_id, sha] -= 1
                self._deployed[pull_request_id] -= deployed
                self._covered += Counter()  # drops what has reached zero
                self._deployed += Counter()
                self._moved = {at: to for at, to in self._moved.items() if at in self._covered}

    def moved_to(self, pull_request_id: str, sha: str) -> str | None:
        """The other commit that stands at the head of a covered pull request, None where none."""
        with self._lock:
            return self._moved.get((pull_request_id, sha))

    def confirm(self, pull_request_id: str, sha: str) -> None:
        """Read this one soon, as a webhook tells that its checks have ended."""
        with self._lock:
            self._hinted.add((pull_request_id, sha))
        self._news.set()

    def run(self, stopping: threading.Event) -> None:
        """Poll until told to stop; blocks, so it wants a thread of its own."""
        poll_at = time.monotonic() + self._every_s
        confirm_at = time.monotonic()
        while not stopping.is_set():
            self._news.clear()
            now = time.monotonic()
            if now >= poll_at:
                poll_at = now + self._every_s
                self._poll_all(stopping)
            elif self._hinted and now >= confirm_at:
                confirm_at = now + _CONFIRM_EVERY_S
                self._poll(self._take_hinted())
            else:
                due_at = min(poll_at, confirm_at) if self._hinted else poll_at
                self._news.wait(min(due_at - now, _STOP_LOOK_S))

    def _poll_all(self, stopping: threading.Event) -> None:
        with self._lock:
            waiting = list(self._covered)
        silent = self._poll(waiting)
        if silent and not stopping.wait(_ASK_AGAIN_S):
            self._poll(silent)

    def _take_hinted(self) -> list[_Covered]:
        with self._lock:
            hinted, self._hinted = self._hinted, set()
            return [each for each in hinted if each in self._covered]

    def _poll(self, waiting: list[_Covered]) -> list[_Covered]:
        """Ask about each of them; those of which there was nothing to tell."""
        size = self._batch
        batches = [waiting[start : start + size] for start in range(0, len(waiting), size)]
        return [silent for batch in batches for silent in self._ask(batch)]

    def _note_moves(self, batch: list[_Covered], heads: Iterable[HeadChecks]) -> None:
        head_of = {head.pull_id: head.sha for head in heads if head.pull_id}
        with self._lock:
            for pull_id, sha in batch:
                now = head_of.get(pull_id, sha)
                if now == sha:
                    self._moved.pop((pull_id, sha), None)
                elif (pull_id, sha) in self._covered:
                    self._moved[pull_id, sha] = now

    def _ask(self, batch: list[_Covered]) -> list[_Covered]:
        try:
            ids = [pull_request_id for pull_request_id, _ in batch]
            asks_more = any(self._deployed[each] for each in ids)
            heads = self._read(ids, deployed=True) if asks_more else self._read(ids)
            self._note_moves(batch, heads)
            heads = tuple(head for head in heads if not head.is_silent)
            self._record(heads)
        except (GitHubRateLimited, RedisError) as error:
            log.warning("the checks could not be polled, the next poll tries again: %s", error)
            return []
        except ShiploopError as error:
            log.warning("the checks could not be polled, the next poll asks for fewer: %s", error)
            self._batch = max(_SMALLEST_BATCH, len(batch) // 2)
            return []
        except Exception:
            # An answer of another shape than GitHub's: whoever waits has a deadline, and the
            # thread that all of them share has to go on.
            log.exception("GitHub's answer about checks could not be read")
            self._batch = max(_SMALLEST_BATCH, len(batch) // 2)
            return []
        if len(batch) == self._batch:
            self._batch = min(_BATCH, 2 * self._batch)
        told = {head.sha for head in heads}
        return [(pull_request_id, sha) for pull_request_id, sha in batch if sha not in told]
