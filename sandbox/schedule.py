"""Calls made after a delay by one thread, so that hundreds can wait at once."""

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable

_LOGGER = logging.getLogger(__name__)


class Schedule:
    """A heap of due times served by one thread; the calls it makes must be quick."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._serve, name="schedule", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Drop what is still waiting and end the thread."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self._thread.join()

    def after(self, delay_s: float, call: Callable[[], None]) -> None:
        """Make `call` once, `delay_s` seconds from now, in the schedule's thread."""
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + delay_s, next(self._order), call))
            self._changed.notify()

    def _next_due(self) -> Callable[[], None] | None:
        with self._changed:
            while not self._stopped:
                if not self._due:
                    self._changed.wait()
                    continue
                wait_s = self._due[0][0] - time.monotonic()
                if wait_s <= 0:
                    return heapq.heappop(self._due)[2]
                self._changed.wait(wait_s)
        return None

    def _serve(self) -> None:
        while (call := self._next_due()) is not None:
            try:
                call()
            except Exception:
                _LOGGER.exception("a scheduled call failed")
