"""Runs git for so long at most, and lets it write files of so many bytes at most."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Final

# A limit of the shell's holds for all that git starts, and the time ends the whole group, also
# when we are killed meanwhile. `ulimit -f` counts in blocks of 512 bytes, whatever the system.
_BOUNDED: Final = 'ulimit -f "$0" && exec timeout --kill-after=5 "$@"'
_BLOCK_BYTES: Final = 512
_TIMED_OUT: Final = (124, 137)
_OVER_THE_LIMIT: Final = "died of signal 25"  # SIGXFSZ, of the part of git that writes


class Ending(Enum):
    """How a command of git has ended."""

    DONE = auto()
    FAILED = auto()
    TOO_LARGE = auto()
    TIMED_OUT = auto()


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one command may take: seconds, and bytes of each file that it writes."""

    timeout_s: int
    file_bytes: int


@dataclass(frozen=True, slots=True)
class Finished:
    """A command of git that has ended, what it answered, and what it said of it."""

    ending: Ending
    output: str
    said: str


def run_git(
    arguments: Sequence[str],
    directory: Path,
    environment: Mapping[str, str],
    bounds: Bounds,
    lock: int,
    given: str = "",
) -> Finished:
    """Run git in a directory; `given` is its standard input. Raises OSError.

    All that it starts holds the file descriptor `lock` open, as long as it lives.
    """
    limits = [str(bounds.file_bytes // _BLOCK_BYTES), str(bounds.timeout_s)]
    done = subprocess.run(
        ["sh", "-c", _BOUNDED, *limits, "git", *arguments],
        cwd=directory,
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        errors="replace",
        pass_fds=(lock,),
        check=False,
    )
    return Finished(_ending(done.returncode, done.stderr), done.stdout, done.stderr.strip())


def _ending(code: int, said: str) -> Ending:
    if code == 0:
        return Ending.DONE
    if code in _TIMED_OUT:
        return Ending.TIMED_OUT
    return Ending.TOO_LARGE if _OVER_THE_LIMIT in said else Ending.FAILED
