"""Runs the processes of steps, and ends them with all that they have started."""

from __future__ import annotations

import enum
import os
import subprocess
import threading
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Final

import psutil

MAX_LOG_BYTES: Final = 50_000_000
"""More than that of one step's output is not kept: the step is ended."""

_POLL_S = 0.05
_KILLED_S = 0.005  # until what was killed is gone; one that nobody reaps counts as gone


class Ending(enum.Enum):
    """Why a process ended."""

    EXITED = enum.auto()
    INTERRUPTED = enum.auto()
    TIMED_OUT = enum.auto()
    FLOODED = enum.auto()


def run(
    command: list[str],
    folder: Path,
    environment: Mapping[str, str],
    output: Path,
    deadline: float | None,
    is_interrupted: Callable[[], bool],
    sessions: set[int],
) -> tuple[Ending, int]:
    """Run a command to its end; return why it ended, and its exit code.

    All that it says is in the file `output` when it has ended: nothing reads a pipe, so nothing of
    the end is lost, and a process in the background holds nobody up. `deadline` is of
    `time.monotonic()`. Its session is added to `sessions`, for `end_sessions`.
    Raises OSError when it cannot be started.
    """
    with output.open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    sessions.add(process.pid)
    ended = threading.Event()

    def wait() -> None:
        process.wait()
        ended.set()

    threading.Thread(target=wait, name=f"step-{process.pid}", daemon=True).start()
    ending = Ending.EXITED
    while not ended.wait(_POLL_S):
        if is_interrupted():
            ending = Ending.INTERRUPTED
        elif deadline is not None and time.monotonic() >= deadline:
            ending = Ending.TIMED_OUT
        elif output.stat().st_size > MAX_LOG_BYTES:
            ending = Ending.FLOODED
        if ending is not Ending.EXITED:
            end_sessions({process.pid})
            ended.wait()
            break
    return ending, process.returncode


def end_sessions(sessions: Collection[int]) -> None:
    """Kill every process of these sessions: what a step has started is nobody's child later."""
    while living := [each for each in psutil.process_iter() if _session_of(each) in sessions]:
        for process in living:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        time.sleep(_KILLED_S)


def _session_of(process: psutil.Process) -> int | None:
    """The session of a process that lives; None when it has ended."""
    try:
        return os.getsid(process.pid) if process.status() != psutil.STATUS_ZOMBIE else None
    except (ProcessLookupError, psutil.NoSuchProcess):
        return None
