"""How `make chaos` fills a disk, uses things up, and quotes who named it."""

import errno
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from bench.chaos.exhausted import no_more_files, no_more_threads
from bench.chaos.report import CannotShow
from bench.chaos.small_disk import SmallDisk, small_disk
from bench.chaos.troubles import first_line

_OPENS = "open('/dev/null')"
_STARTS = "import threading; threading.Thread(target=int).start()"


def test_the_first_line_that_matches_is_quoted_by_its_message() -> None:
    said = (
        '{"level": "info", "message": "well"}\n{"message": "Redis is \\"away\\"", "trace_id": 1}\n'
    )
    assert first_line("away", said) == 'Redis is \\"away\\"'
    assert first_line("gone", said) is None


def test_a_line_that_is_no_log_is_quoted_from_where_it_matches() -> None:
    assert first_line("full", "broken   disk    full  of   it") == "full of it"
    quoted = first_line("a", "a" * 1000)
    assert quoted is not None
    assert quoted.endswith("a…")


def test_a_full_disk_takes_nothing_and_then_all_again(tmp_path: Path) -> None:
    with mounted_or_skipped(tmp_path / "disk") as disk:
        with disk.full(), pytest.raises(OSError, match="No space") as full:
            (tmp_path / "disk" / "more").write_bytes(bytes(10))
        assert full.value.errno == errno.ENOSPC
        (tmp_path / "disk" / "more").write_bytes(bytes(10))


def test_a_process_that_may_open_no_more_files_may_again_afterwards() -> None:
    with interpreter() as ask:
        ask(_OPENS)
        with no_more_files(ask.pid):
            assert "Too many open files" in ask(_OPENS)
        assert ask(_OPENS) == ""


def test_a_process_that_may_start_no_more_threads_may_again_afterwards() -> None:
    with interpreter() as ask:
        ask(_STARTS)
        try:
            with no_more_threads(ask.pid):
                assert "can't start new thread" in ask(_STARTS)
        except CannotShow as error:
            pytest.skip(str(error))
        assert ask(_STARTS) == ""


@contextmanager
def mounted_or_skipped(folder: Path) -> Iterator[SmallDisk]:
    with ExitStack() as mounted:
        try:
            disk = mounted.enter_context(small_disk(folder, megabytes=1))
        except CannotShow as error:
            pytest.skip(str(error))
        yield disk


class Interpreter:
    """A Python that runs a line in a process of its own, and tells the error."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.pid = process.pid

    def __call__(self, line: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()


_LOOP = """
import sys
for line in sys.stdin:
    try:
        exec(line)
        print("", flush=True)
    except Exception as error:
        print(error, flush=True)
"""


@contextmanager
def interpreter() -> Iterator[Interpreter]:
    with subprocess.Popen(
        [sys.executable, "-c", _LOOP],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Interpreter(process)
        process.kill()
