"""Runners to be killed, paused and stopped: each a process of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

_PROJECT = Path(__file__).resolve().parents[2]
_STOP_TIMEOUT_S = 30.0  # longer than a runner's grace time


class RunnerProcess:
    """One runner more on a running stack, started at once.

    `kill_at` is what SHIPLOOP_KILL_AT takes; None for a healthy one.
    """

    def __init__(
        self, environment: Mapping[str, str], log_path: Path, slots: int, kill_at: str | None = None
    ) -> None:
        chosen = {"SHIPLOOP_RUNNER_CONCURRENCY": str(slots), "SHIPLOOP_KILL_AT": kill_at or ""}
        with log_path.open("ab") as log_file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "shiploop.stack.launch", "shiploop.runner"],
                cwd=_PROJECT,
                env={**os.environ, **environment, **chosen},
                stdin=subprocess.DEVNULL,
                stdout=log_file,
                stderr=log_file,
                start_new_session=True,
            )
        self.kill_at = kill_at

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def killed(self) -> bool:
        """True once it has died of SIGKILL."""
        return self._process.poll() == -signal.SIGKILL

    @property
    def ended(self) -> bool:
        """True once it is gone, for whatever reason."""
        return self._process.poll() is not None

    @property
    def paused(self) -> bool:
        """True while it is stopped by SIGSTOP."""
        return not self.ended and psutil.Process(self.pid).status() == psutil.STATUS_STOPPED

    def pause(self) -> None:
        """Stop all its threads where they are."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on as if nothing had happened."""
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it with SIGKILL."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> float:
        """Ask it to finish what it holds and to end; returns how many seconds that took."""
        asked_at = time.monotonic()
        self._process.send_signal(signal.SIGCONT)
        self._process.terminate()
        try:
            self._process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        return time.monotonic() - asked_at
