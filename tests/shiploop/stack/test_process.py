"""A process of the stack comes back when it dies, and nothing of it stays once it is stopped."""

import errno
import os
import signal
import textwrap
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from shiploop.stack.process import Process, StackFailed
from tests.loopback import loopback
from tests.until import wait_until

NOWHERE = "http://127.0.0.1:9/"  # the discard port: nobody listens there

LIVES = "import threading; threading.Event().wait()"
DIES = "raise SystemExit(3)"
# Its child ends by SIGKILL only.
HAS_A_CHILD = """
    import pathlib, subprocess, sys, threading
    deaf = "import signal, threading; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    deaf += "print(flush=True); threading.Event().wait()"
    child = subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE)
    child.stdout.readline()
    path = pathlib.Path(sys.argv[1])
    path.with_suffix(".new").write_text(str(child.pid))
    path.with_suffix(".new").rename(path)
    threading.Event().wait()
"""

TELLS = "import os; print(os.environ['MALLOC_ARENA_MAX'], flush=True)"


class Workshop:
    """Makes processes, and ends what a test has left of them."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.processes: list[Process] = []

    def process(self, program: str, *arguments: str, **environment: str) -> Process:
        code = textwrap.dedent(program)
        log = self.home / "logs" / "process.log"
        made = Process("process", ["-c", code, *arguments], environment, log)
        self.processes.append(made)
        return made

    def log(self) -> str:
        return (self.home / "logs" / "process.log").read_text()


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    made = Workshop(tmp_path)
    yield made
    for process in made.processes:
        process.stop()


def pid_of(process: Process) -> int:
    assert process.pid is not None
    return process.pid


def lives(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits for its parent does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_process_has_a_session_of_its_own_the_environment_it_is_given_and_a_log(
    workshop: Workshop,
) -> None:
    program = "import os; print(os.getsid(0) == os.getpid(), os.environ['GREETING'], flush=True);"
    process = workshop.process(program + LIVES, GREETING="hello")
    assert process.pid is None
    process.start()
    wait_until(lambda: workshop.log() == "True hello\n")
    assert os.getsid(pid_of(process)) == pid_of(process)


def test_a_process_that_dies_is_started_again_ever_later(
    workshop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    process = workshop.process(DIES)
    pids: list[int] = []
    started_at: list[float] = [time.monotonic()]

    def told() -> None:
        pids.append(pid_of(process))
        started_at.append(time.monotonic())

    process.start()
    first = pid_of(process)
    process.keep_alive(told)
    wait_until(lambda: len(pids) == 2)
    assert len({first, *pids}) == 3
    waits_s = [later - earlier for earlier, later in pairwise(started_at)]
    assert waits_s[0] >= 0.5
    assert waits_s[1] >= 1.0
    assert "starts again in 0.5 s" in caplog.text
    assert "starts again in 1.0 s" in caplog.text


def test_a_process_that_was_killed_is_there_again(workshop: Workshop) -> None:
    process, again = workshop.process(LIVES), threading.Event()
    process.start()
    process.keep_alive(again.set)
    killed = pid_of(process)
    os.kill(killed, signal.SIGKILL)
    assert again.wait(10)
    assert lives(pid_of(process))
    assert pid_of(process) != killed


def test_a_note_that_cannot_be_written_ends_nobodys_watch(
    workshop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    process, again = workshop.process(DIES), threading.Event()
    errors = [OSError(errno.ENOSPC, "No space left on device")]

    def tell() -> None:
        if errors:
            raise errors.pop()
        again.set()

    process.start()
    process.keep_alive(tell)
    assert again.wait(10)
    assert "process could not be started again" in caplog.text


def test_stop_ends_a_process_and_its_children_even_those_that_ignore_sigterm(
    workshop: Workshop, tmp_path: Path
) -> None:
    told = tmp_path / "child"
    process = workshop.process(HAS_A_CHILD, str(told))
    process.start()
    wait_until(told.exists)
    child = int(told.read_text())
    assert lives(child)
    process.stop()
    assert not lives(pid_of(process))
    wait_until(lambda: not lives(child))


def test_what_is_stopped_is_not_started_again(workshop: Workshop) -> None:
    process = workshop.process(LIVES)
    restarts: list[int] = []
    process.start()
    process.keep_alive(lambda: restarts.append(1))
    watcher = next(one for one in threading.enumerate() if one.name == "keep-process")
    process.stop()
    watcher.join(timeout=5)
    assert not watcher.is_alive()
    assert restarts == []
    assert not lives(pid_of(process))


def test_a_stop_while_it_waits_to_start_again_leaves_nothing(
    workshop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    process = workshop.process(DIES)
    process.start()
    process.keep_alive(lambda: None)
    watcher = next(one for one in threading.enumerate() if one.name == "keep-process")
    wait_until(lambda: "starts again" in caplog.text)
    process.stop()
    watcher.join(timeout=5)
    assert not watcher.is_alive()
    assert not lives(pid_of(process))


def test_stopping_what_was_never_started_is_harmless(workshop: Workshop) -> None:
    process = workshop.process(LIVES)
    process.stop()
    assert process.pid is None


def test_waiting_ends_at_once_when_the_process_has_died(workshop: Workshop) -> None:
    process = workshop.process(DIES)
    process.start()
    with pytest.raises(StackFailed, match=r"process ended while it started: see .*process\.log"):
        process.wait_until(loopback, NOWHERE, 60, threading.Event())


def test_waiting_ends_at_once_when_another_process_has_failed(workshop: Workshop) -> None:
    process, given_up = workshop.process(LIVES), threading.Event()
    process.start()
    given_up.set()
    with pytest.raises(StackFailed, match="not ready when another process failed"):
        process.wait_until(loopback, NOWHERE, 60, given_up)


def test_waiting_ends_after_its_time(workshop: Workshop) -> None:
    process = workshop.process(LIVES)
    process.start()
    with pytest.raises(StackFailed, match="not ready after 0 s"):
        process.wait_until(loopback, NOWHERE, 0.2, threading.Event())


def test_its_threads_share_few_arenas_unless_somebody_wants_more(workshop: Workshop) -> None:
    workshop.process(TELLS).start()
    wait_until(lambda: workshop.log() == "2\n")
    workshop.process(TELLS, MALLOC_ARENA_MAX="4").start()
    wait_until(lambda: workshop.log() == "2\n4\n")
