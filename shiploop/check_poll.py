"""One query every few seconds for all waiting pull requests, in case a webhook is lost."""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from redis.exceptions import RedisError

from shiploop.domain.facts import Fact
from shiploop.errors import ShiploopError

_BATCH = 100  # GitHub's limit on ids in `nodes`

log = logging.getLogger(__name__)


class CheckPoll:
    """Reads the checks of every covered pull request and records what it learns."""

    def __init__(
        self,
        read: Callable[[list[str]], tuple[Fact, ...]],
        record: Callable[[Iterable[Fact]], None],
        every_s: float,
    ) -> None:
        self._read = read
        self._record = record
        self._every_s = every_s
        self._covered: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def covering(self, pull_request_id: str) -> Iterator[None]:
        """Poll this pull request too while the block runs."""
        with self._lock:
            self._covered[pull_request_id] += 1
        try:
            yield
        finally:
            with self._lock:
                self._covered[pull_request_id] -= 1
                self._covered += Counter()  # drops what has reached zero

    def run(self, stopping: threading.Event) -> None:
        """Poll until told to stop; blocks, so it wants a thread of its own."""
        while not stopping.wait(self._every_s):
            with self._lock:
                waiting = list(self._covered)
            for start in range(0, len(waiting), _BATCH):
                self._poll(waiting[start : start + _BATCH])

    def _poll(self, pull_request_ids: list[str]) -> None:
        try:
            self._record(self._read(pull_request_ids))
        except (ShiploopError, RedisError) as error:
            log.warning("the checks could not be polled, the next poll tries again: %s", error)
