"""Starts a part of the stack again whenever it ends before it is told to."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

_LOOK_S = 0.05
_FIRST_BACKOFF_S = 0.5
_LONGEST_BACKOFF_S = 30.0
_PROVEN_AFTER_S = 60.0  # what has lived so long starts again without delay
_STOP_TIMEOUT_S = 15.0

log = logging.getLogger(__name__)


class Part(Protocol):
    """A process of the stack, or an embedded server."""

    @property
    def name(self) -> str:
        """How it is called in the log."""

    def ended(self) -> bool:
        """True once it is gone, for whatever reason."""

    def start_again(self) -> None:
        """Start it as it was started first. Raises whatever keeps it from starting."""


def keep_alive(part: Part, stopping: threading.Event, told: Callable[[], None]) -> threading.Thread:
    """Start a part again whenever it ends, ever later if it goes on ending, until told to stop.

    `told` is called after each start.
    """
    thread = threading.Thread(
        target=_watch, args=[part, stopping, told], name=f"keep-{part.name}", daemon=True
    )
    thread.start()
    return thread


@contextmanager
def kept_alive(part: Part, told: Callable[[], None]) -> Iterator[None]:
    """Keep a part alive for the length of the block."""
    stopping = threading.Event()
    thread = keep_alive(part, stopping, told)
    try:
        yield
    finally:
        stopping.set()
        thread.join(_STOP_TIMEOUT_S)


def _watch(part: Part, stopping: threading.Event, told: Callable[[], None]) -> None:
    backoff_s, started_at = _FIRST_BACKOFF_S, time.monotonic()
    while not stopping.wait(_LOOK_S):
        if not part.ended():
            continue
        lived_s = time.monotonic() - started_at
        backoff_s = _FIRST_BACKOFF_S if lived_s > _PROVEN_AFTER_S else backoff_s
        log.warning("%s has died, it starts again in %.1f s", part.name, backoff_s)
        if stopping.wait(backoff_s):
            return
        backoff_s = min(2 * backoff_s, _LONGEST_BACKOFF_S)
        started_at = time.monotonic()
        try:
            part.start_again()
            told()
        except Exception as error:  # noqa: BLE001 - a full disk, no process left: that may pass
            log.error("%s could not be started again: %s", part.name, error)
