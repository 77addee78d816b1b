"""Runs act as a process, and ends it with all that it has started."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

_CANCEL_POLL_S = 0.05
_STOP_TIMEOUT_S = 1.0


@contextmanager
def started(command: list[str], home: Path) -> Iterator[subprocess.Popen[str]]:
    """Start act with a home of its own, also as working directory, where it looks for .actrc."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    environment = {"PATH": path, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")}
    act = subprocess.Popen(
        command,
        cwd=home,
        env=environment | {"NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    with act:
        try:
            yield act
        finally:
            _stop(act)


@contextmanager
def stopped_when(cancelled: threading.Event, act: subprocess.Popen[str]) -> Iterator[None]:
    """End act when somebody cancels it while the block runs."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_CANCEL_POLL_S):
            if cancelled.is_set():
                _stop(act)
                return

    watcher = threading.Thread(target=watch, name=f"cancel-act-{act.pid}")
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _stop(act: subprocess.Popen[str]) -> None:
    """End act and its steps, each of which act puts in a session of its own."""
    if act.poll() is not None:
        return
    steps = []
    with suppress(psutil.NoSuchProcess):
        steps = psutil.Process(act.pid).children(recursive=True)
    sessions = {_session_of(step) for step in steps} - {None}
    act.terminate()
    try:
        act.wait(_STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        act.kill()
    # By session: what a step has started since is a child of nobody that we know.
    while living := [each for each in psutil.process_iter() if _session_of(each) in sessions]:
        for process in living:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(living, _STOP_TIMEOUT_S)


def _session_of(process: psutil.Process) -> int | None:
    """The session of a process that lives; None when it has ended."""
    try:
        return os.getsid(process.pid) if process.status() != psutil.STATUS_ZOMBIE else None
    except (ProcessLookupError, psutil.NoSuchProcess):
        return None
