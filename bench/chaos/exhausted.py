"""A process of ours that gets nothing more of something, while it lives on."""

import os
import resource
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import psutil

from bench.chaos.report import CannotShow

# Version 1 of cgroups has a tree for each controller, version 2 has one for all.
# https://docs.kernel.org/admin-guide/cgroup-v1/pids.html, .../cgroup-v2.html#pid
_TREES: Final = (Path("/sys/fs/cgroup/pids"), Path("/sys/fs/cgroup"))


@contextmanager
def no_more_files(pid: int) -> Iterator[None]:
    """Let a process open no file or connection more than it has now."""
    files = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    # All numbers below the limit have to be taken: among the lower ones there are no gaps.
    lowest = psutil.Process(pid).num_fds() // 2
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (lowest, files[1]))
    try:
        yield
    finally:
        with suppress(ProcessLookupError):  # it has ended meanwhile
            resource.prlimit(pid, resource.RLIMIT_NOFILE, files)


@contextmanager
def no_more_threads(pid: int) -> Iterator[None]:
    """Let a process start no thread, and no other process. Raises CannotShow."""
    tree, group = _new_group()
    try:
        _move(pid, group)
        (group / "pids.max").write_text(str(psutil.Process(pid).num_threads()))
        yield
    except PermissionError as error:
        raise CannotShow(f"only root may limit the threads of a process: {error}") from error
    finally:
        (group / "pids.max").write_text("max")
        for each in (group / "cgroup.procs").read_text().split():
            _move(int(each), tree)
        group.rmdir()


def _new_group() -> tuple[Path, Path]:
    for tree in _TREES:
        group = tree / f"shiploop-chaos-{os.getpid()}-{secrets.token_hex(3)}"
        with suppress(OSError):
            group.mkdir()
            if (group / "pids.max").exists():
                return tree, group
            group.rmdir()
    raise CannotShow("there are no cgroups here that limit threads and that we may make")


def _move(pid: int, group: Path) -> None:
    with suppress(ProcessLookupError):
        (group / "cgroup.procs").write_text(str(pid))
