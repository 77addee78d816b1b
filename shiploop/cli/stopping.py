"""Ctrl-C, SIGTERM and a closed terminal, heard by a command that has a stack."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING, Final

from shiploop.stack.addresses import Addresses
from shiploop.stack.process import StackFailed

if TYPE_CHECKING:
    from shiploop.stack.stack import Stack  # what only a stack needs loads slowly

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(KeyboardInterrupt):
    """Somebody wants the command to stop, and was told that it does."""

    def __init__(self, signal_number: int) -> None:
        super().__init__()
        self.exit_code = 128 + signal_number  # as a shell tells it


class Stop:
    """Whether somebody wants this process to stop.

    What a stack does while it starts and stops is never interrupted, or processes would be left
    behind: a start is given up, and a stop comes to its end however often Ctrl-C is pressed.
    """

    def __init__(self) -> None:
        self.given_up = threading.Event()
        self._heard: int | None = None
        self._interrupts = False

    def listen(self) -> None:
        """Hear signals for as long as the process lives, but those that it was told to ignore."""
        for number in _SIGNALS:
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._hear)

    @contextmanager
    def running(self, stack: "Stack") -> Iterator[Addresses]:
        """The stack for the length of the block. Raises StackFailed, or Interrupted in the start.

        `stack` has to look at `given_up`.
        """
        try:
            with stack as addresses:
                yield addresses
        except StackFailed:
            if self._heard is None:
                raise
            raise Interrupted(self._heard) from None
        finally:
            if self._heard is not None:  # who presses again as Python ends has got what they want
                for number in _SIGNALS:
                    signal.signal(number, signal.SIG_IGN)

    @contextmanager
    def interrupting(self) -> Iterator[None]:
        """Raise Interrupted in the block for what is heard in it, and for what was before."""
        self._interrupts = True
        try:
            if self._heard is not None:
                raise Interrupted(self._heard)
            yield
        finally:
            self._interrupts = False

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        if self._heard is None:
            self._heard = number
            self.given_up.set()
            with suppress(OSError):  # the terminal may be gone
                # Not by `print`, in the midst of which this may be.
                os.write(sys.stderr.fileno(), b"stopping\n")
        if self._interrupts:
            raise Interrupted(number)
