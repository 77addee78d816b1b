"""Each loop of a runner and of the API is ended by an error: its process says so, and is back."""

import json
import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx

from bench.chaos.evidence import losses
from bench.chaos.report import Report
from bench.chaos.world import ChaosFailed, ChaosWorld, chaos_world

_WOUNDS: Final = Path(__file__).with_name("wounds")
_REASON: Final = "LoopWounded: this loop was ended by make chaos"
_TAKING: Final = -1
_RUNNERS: Final = 2  # in turns: what has just died is started later each time
_SLOTS: Final = 16
_TASKS: Final = 6
_CI_MS: Final = 500
_TIMEOUT_S: Final = 90.0
_SETTLE_TIMEOUT_S: Final = 240.0
_PROMISE: Final = "each loop that is ended by an error ends its process in words; nothing is lost"


def end_loops() -> Report:
    """End one loop after the other, with tasks on their way."""
    rows, found = [], list[str]()
    with _wounding() as wound, chaos_world(runners=_RUNNERS, runner_concurrency=_SLOTS) as world:
        world.set_latency(ci_ms=_CI_MS)
        for turn, (process, number, name) in enumerate(_loops(world, wound)):
            victim = f"{process}-{1 + turn % _RUNNERS}" if process == "runner" else process
            row, loss = _end(world, wound, victim, number, name)
            rows.append((f"{victim}: {name}", row))
            found += [f"{victim}: {name}: {loss}"] * bool(loss)
        world.settle(_SETTLE_TIMEOUT_S)
        found += losses(world.accepted, world.evidence())
    return Report("loops", _PROMISE, tuple(rows), tuple(found))


class _Wound:
    """Asks processes for their loops, and ends one of them: see wounds/sitecustomize.py."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def loops_of(self, world: ChaosWorld, pid: int) -> list[str]:
        """The names of a process' loops, in its own order."""
        self._tell(pid, "")
        world.wait_until("the names of the loops", self._file.read_text, _TIMEOUT_S)
        return list(json.loads(self._file.read_text()))

    def end(self, pid: int, number: int) -> None:
        """End one of them."""
        self._tell(pid, str(number))

    def _tell(self, pid: int, what: str) -> None:
        self._file.write_text(what)
        os.kill(pid, signal.SIGUSR1)


@contextmanager
def _wounding() -> Iterator[_Wound]:
    """Let every Python process that is started meanwhile be wounded."""
    with TemporaryDirectory(prefix="shiploop-wounds-") as folder:
        file = Path(folder) / "wound"
        changed = {"PYTHONPATH": str(_WOUNDS), "CHAOS_WOUND": str(file)}
        before = {name: os.environ.get(name) for name in changed}
        os.environ |= changed
        try:
            yield _Wound(file)
        finally:
            for name, value in before.items():
                os.environ.pop(name)
                if value is not None:
                    os.environ[name] = value


def _loops(world: ChaosWorld, wound: _Wound) -> list[tuple[str, int, str]]:
    pids = world.pids()
    of_runner = wound.loops_of(world, pids["runner-1"])
    of_api = wound.loops_of(world, pids["api"])
    return [
        *(("runner", number, name) for number, name in enumerate(of_runner)),
        ("runner", _TAKING, "the taking of tasks"),
        *(("api", number, name) for number, name in enumerate(of_api)),
    ]


def _end(world: ChaosWorld, wound: _Wound, victim: str, number: int, name: str) -> tuple[str, str]:
    """What came of it, and what is wrong with that."""
    pid, log = world.pids()[victim], world.logs / f"{victim}.log"
    said_from = log.stat().st_size
    for _ in range(_TASKS // 2):
        world.ask()
    started_at = time.monotonic()
    wound.end(pid, number)
    for _ in range(_TASKS - _TASKS // 2):
        world.ask()
    try:
        world.wait_until("it is back", lambda: _is_back(world, victim, pid, said_from), _TIMEOUT_S)
    except ChaosFailed:
        return "it went on", f"its process was not started again within {_TIMEOUT_S:.0f} s"
    back_s = time.monotonic() - started_at
    said = log.read_bytes()[said_from:].decode(errors="replace")
    ending = "uncaught exception" if number == _TAKING else f"the loop {name} has ended"
    named = any(ending in line and _REASON in line for line in said.splitlines())
    row = f"{'named' if named else 'not named'}; its process worked again after {back_s:.1f} s"
    return row, "" if named else "no log named it"


def _is_back(world: ChaosWorld, victim: str, pid: int, said_from: int) -> bool:
    if world.pids()[victim] == pid:
        return False
    if victim == "api":
        return httpx.get(f"{world.addresses.api}/openapi.json").is_success
    log = (world.logs / f"{victim}.log").read_bytes()[said_from:]
    return re.search(rb"takes tasks", log) is not None
