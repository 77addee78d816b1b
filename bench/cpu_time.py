"""The processor time that each process of a stack has taken."""

import json
from collections.abc import Mapping
from pathlib import Path

import psutil

_POSTMASTER_PID = Path("postgres") / "data" / "postmaster.pid"  # its first line is the pid


def cpu_seconds(home: Path) -> dict[str, float]:
    """User and system time so far, by process, with all of its children, dead or alive."""
    pids: dict[str, int] = dict(json.loads((home / "stack.json").read_text("utf-8"))["pids"])
    pids["postgres"] = int((home / _POSTMASTER_PID).read_text("utf-8").splitlines()[0])
    return {name: family_cpu_seconds(psutil.Process(pid)) for name, pid in pids.items()}


def cpu_seconds_since(before: Mapping[str, float], home: Path) -> dict[str, float]:
    """What each process has taken since an earlier reading."""
    return {name: now_s - before.get(name, 0.0) for name, now_s in cpu_seconds(home).items()}


def family_cpu_seconds(process: psutil.Process) -> float:
    """What a process and all of its children have taken so far."""
    # `children_*` has what those children took that have ended and were waited for.
    members = [process, *process.children(recursive=True)]
    return sum(sum(_times(member)) for member in members)


def _times(process: psutil.Process) -> tuple[float, ...]:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:  # ended meanwhile: its parent has its time now, or soon
        return ()
    return times.user, times.system, times.children_user, times.children_system
