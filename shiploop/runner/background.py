"""The loops beside the taking of work: one that ends before it is told to ends the process."""

import logging
import threading
from collections.abc import Callable

Loop = Callable[[threading.Event], None]

log = logging.getLogger(__name__)


class LoopEnded(RuntimeError):
    """A loop is over, and with it what it did for the others: the process has to start again."""


class Background:
    """Runs loops in threads of their own."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._lock = threading.Lock()
        self._ended: LoopEnded | None = None

    def start(self, loop: Loop) -> None:
        """Run a loop until told to stop. What ends before stops all others."""
        threading.Thread(target=self._run, args=[loop], name=name_of(loop), daemon=True).start()

    def raise_ended(self) -> None:
        """Raise LoopEnded where a loop ended by itself."""
        with self._lock:
            if self._ended is not None:
                raise self._ended

    def _run(self, loop: Loop) -> None:
        try:
            loop(self._stopping)
        except BaseException as error:
            log.critical(
                "the loop %s has ended, so this process ends", name_of(loop), exc_info=True
            )
            self._end(f"{name_of(loop)}: {type(error).__name__}: {error}")
        else:
            if not self._stopping.is_set():
                log.critical("the loop %s has returned, so this process ends", name_of(loop))
                self._end(f"{name_of(loop)} returned")

    def _end(self, reason: str) -> None:
        with self._lock:
            self._ended = self._ended or LoopEnded(reason)
        self._stopping.set()


def name_of(loop: Loop) -> str:
    """How a loop is called in the log."""
    return getattr(loop, "__qualname__", repr(loop))
