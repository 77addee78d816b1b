"""One query every few seconds for all waiting pull requests, in case a webhook is lost."""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from redis.exceptions import RedisError

from shiploop.domain.delivery.webhook_facts import CheckFact, ConflictFact, Fact
from shiploop.errors import ShiploopError

_BATCH = 100  # GitHub's limit on ids in `nodes`
# GitHub works out whether a pull request conflicts when it is asked, and forgets it with the
# next merge: on a busy branch a poll every few seconds alone would never see the answer.
_ASK_AGAIN_S = 0.25

_Covered = tuple[str, str]  # the id of a pull request, and its head sha

log = logging.getLogger(__name__)


class CheckPoll:
    """Reads the checks of every covered pull request and records what it learns."""

    def __init__(
        self,
        read: Callable[[list[str]], tuple[CheckFact | ConflictFact, ...]],
        record: Callable[[Iterable[Fact]], None],
        every_s: float,
    ) -> None:
        self._read = read
        self._record = record
        self._every_s = every_s
        self._covered: Counter[_Covered] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def covering(self, pull_request_id: str, sha: str) -> Iterator[None]:
        """Poll this pull request, whose head is `sha`, too while the block runs."""
        with self._lock:
            self._covered[pull_request_id, sha] += 1
        try:
            yield
        finally:
            with self._lock:
                self._covered[pull_request_id, sha] -= 1
                self._covered += Counter()  # drops what has reached zero

    def run(self, stopping: threading.Event) -> None:
        """Poll until told to stop; blocks, so it wants a thread of its own."""
        while not stopping.wait(self._every_s):
            with self._lock:
                waiting = list(self._covered)
            silent = self._poll(waiting)
            if silent and not stopping.wait(_ASK_AGAIN_S):
                self._poll(silent)

    def _poll(self, waiting: list[_Covered]) -> list[_Covered]:
        """Ask about each of them; those of which there was nothing to tell."""
        batches = (waiting[start : start + _BATCH] for start in range(0, len(waiting), _BATCH))
        return [silent for batch in batches for silent in self._ask(batch)]

    def _ask(self, batch: list[_Covered]) -> list[_Covered]:
        try:
            facts = self._read([pull_request_id for pull_request_id, _ in batch])
            self._record(facts)
        except (ShiploopError, RedisError) as error:
            log.warning("the checks could not be polled, the next poll tries again: %s", error)
            return []
        told = {fact.sha for fact in facts}
        return [(pull_request_id, sha) for pull_request_id, sha in batch if sha not in told]
