"""One process of the stack: started, waited for, kept alive, stopped with all its children."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import httpx

from shiploop.errors import PermanentError
from shiploop.stack.keep_alive import keep_alive

_PROJECT = Path(__file__).resolve().parent.parent.parent
_POLL_S = 0.05
_ANSWER_TIMEOUT_S = 1.0
_STOP_TIMEOUT_S = 15.0  # longer than the runner's grace time
# By itself glibc gives dozens of threads an arena each, and what they free there is not given
# back: three fifths of what a runner held after 700 tasks (mallopt(3)).
_ALLOCATOR = {"MALLOC_ARENA_MAX": "2"}


class StackFailed(PermanentError):
    """A process of the stack could not be started."""


class Process:
    """A Python module that runs as a process, in a session of its own."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        log_path: Path,
    ) -> None:
        self.name = name
        self._arguments = arguments
        self._environment = environment
        self._log_path = log_path
        self._popen: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._restarting = threading.Lock()

    @property
    def pid(self) -> int | None:
        """The process id, None before the start."""
        return self._popen.pid if self._popen else None

    def start(self) -> None:
        """Start the process; what it says is appended to its log."""
        self._log_path.parent.mkdir(parents=True, exist_ok=True)
        with self._log_path.open("ab") as log_file:
            self._popen = subprocess.Popen(
                [sys.executable, *self._arguments],
                cwd=_PROJECT,
                env={**_ALLOCATOR, **os.environ, **self._environment},
                stdin=subprocess.DEVNULL,
                stdout=log_file,
                stderr=log_file,
                start_new_session=True,  # Ctrl-C is for the stack, which stops its parts
            )

    def wait_until(
        self, http: httpx.Client, url: str, timeout_s: float, given_up: threading.Event
    ) -> None:
        """Wait until the address answers with success, or another process has failed.

        Raises StackFailed.
        """
        give_up_at = time.monotonic() + timeout_s
        while time.monotonic() < give_up_at and not given_up.is_set():
            if self._popen is None or self._popen.poll() is not None:
                raise StackFailed(f"{self.name} ended while it started: see {self._log_path}")
            with suppress(httpx.HTTPError):
                if http.get(url, timeout=_ANSWER_TIMEOUT_S).is_success:
                    return
            time.sleep(_POLL_S)
        why = "when another process failed" if given_up.is_set() else f"after {timeout_s:.0f} s"
        raise StackFailed(f"{self.name} was not ready {why}: see {self._log_path}")

    def keep_alive(self, told: Callable[[], None]) -> None:
        """Start the process again whenever it dies, ever later if it goes on dying.

        `told` is called after each start.
        """
        keep_alive(self, self._stopping, told)

    def ended(self) -> bool:
        """True once it is gone, for whatever reason."""
        return self._popen is not None and self._popen.poll() is not None

    def start_again(self) -> None:
        """Start it, unless it was told to stop meanwhile. Raises OSError."""
        with self._restarting:
            if not self._stopping.is_set():
                self.start()

    def stop(self) -> None:
        """Ask the process to end, and end its whole session if it does not."""
        with self._restarting:  # a process that is just being started is ended too
            self._stopping.set()
        if self._popen is None:
            return
        self._popen.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(_STOP_TIMEOUT_S)
        with suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()
