"""Troubles that last for a while and pass: named, outlived, and nothing lost by them."""

import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.chaos.evidence import losses
from bench.chaos.report import CannotShow, Report
from bench.chaos.world import ChaosWorld

TASKS: Final = 20
CI_MS: Final = 1000  # long enough for all of them to be on their way
REDIS_AWAY: Final = ("Redis is away|heartbeat could be written|not settled",)
_SETTLE_TIMEOUT_S: Final = 240.0
_DOCTOR_TIMEOUT_S: Final = 60.0
_LONGEST_QUOTE: Final = 110  # characters
_MESSAGE: Final = re.compile(r'"message": "(.*?)(?<!\\)"')


@dataclass(frozen=True, slots=True)
class Trouble:
    """One trouble; `begin` is entered when it comes, and left when it passes.

    Each pattern of `named` has to be in a line of the logs or in a task that was on its way, and
    `doctor` in what the doctor says meanwhile, where it is asked. `felt` counts how often it was
    met so far, where nobody has to say so.
    """

    name: str
    begin: Callable[[], AbstractContextManager[object]]
    lasts_s: float
    named: tuple[str, ...] = ()
    doctor: str = ""
    felt: Callable[[], int] | None = None


def outlive(
    world: ChaosWorld,
    name: str,
    promise: str,
    troubles: Iterable[Trouble],
    not_shown: tuple[str, ...] = (),
) -> Report:
    """Let one trouble come after the other, with tasks on their way, and look at what is left."""
    rows, found, missing = [], list[str](), list(not_shown)
    for trouble in troubles:
        try:
            row, unnamed = _outlive(world, trouble)
        except CannotShow as error:
            missing.append(f"{trouble.name}: {error}")
            continue
        rows.append(row)
        found += unnamed
    world.settle(_SETTLE_TIMEOUT_S)
    world.stop_runners()
    found += losses(world.accepted, world.evidence())
    return Report(name, promise, tuple(rows), tuple(found), tuple(missing))


def _outlive(world: ChaosWorld, trouble: Trouble) -> tuple[tuple[str, str], list[str]]:
    """Its row, and who did not name it."""
    before, felt_before = len(world.accepted), trouble.felt() if trouble.felt else 0
    said_from = _sizes(world.logs)
    doctor_said = _ask_meanwhile(world, trouble)
    settled_s = world.settle(_SETTLE_TIMEOUT_S)
    ends = _ends(world, world.accepted[before:])
    said = _said_since(world.logs, said_from)
    said += "\n".join(json.dumps(world.task(task_id)) for task_id in world.accepted[before:])
    quotes = {f"no log has {pattern!r}": first_line(pattern, said) for pattern in trouble.named}
    if trouble.doctor:
        quotes["the doctor did not name it"] = first_line(trouble.doctor, doctor_said)
    if trouble.felt:
        times = trouble.felt() - felt_before
        quotes["nothing met it"] = f"met {times} times" if times else None
    told = "; ".join(quote for quote in quotes.values() if quote)
    row = trouble.name, f"{ends}, {settled_s:.0f} s after it: {told}"
    sys.stderr.write(f"{': '.join(row)}\n")  # the table comes minutes later
    return row, [f"{trouble.name}: {loss}" for loss, quote in quotes.items() if quote is None]


def first_line(pattern: str, text: str) -> str | None:
    """The first line that matches, as it is quoted."""
    for line in text.splitlines():
        if found := re.search(pattern, line):
            message = _MESSAGE.search(line)
            said = message[1] if message else " ".join(line[found.start() :].split())
            return said if len(said) <= _LONGEST_QUOTE else f"{said[: _LONGEST_QUOTE - 1]}…"
    return None


def _ask_meanwhile(world: ChaosWorld, trouble: Trouble) -> str:
    """Ask all questions; the trouble comes in their middle. Returns what the doctor said."""
    for _ in range(TASKS // 2):
        world.ask()
    with ThreadPoolExecutor(2) as pool:
        with trouble.begin():
            passes_at = time.monotonic() + trouble.lasts_s
            asking = pool.submit(_ask, world, TASKS - TASKS // 2)
            doctor = pool.submit(_doctor, world) if trouble.doctor else None
            said = doctor.result() if doctor else ""
            time.sleep(max(0.0, passes_at - time.monotonic()))
        asking.result()
    return said


def _ask(world: ChaosWorld, questions: int) -> None:
    for _ in range(questions):
        world.ask()


def _doctor(world: ChaosWorld) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "shiploop.cli", "doctor"],
        env={**world.stack.environment, "COLUMNS": "300"},
        capture_output=True,
        text=True,
        timeout=_DOCTOR_TIMEOUT_S,
    )
    return done.stdout


def _ends(world: ChaosWorld, task_ids: list[str]) -> str:
    ends = Counter(str(status) for status in world.statuses(task_ids).values())
    return ", ".join(f"{count} {end}" for end, count in ends.most_common())


def _sizes(logs: Path) -> dict[Path, int]:
    return {path: path.stat().st_size for path in logs.glob("*.log")}


def _said_since(logs: Path, sizes: Mapping[Path, int]) -> str:
    said = []
    for path in logs.glob("*.log"):
        with path.open("rb") as log:
            log.seek(sizes.get(path, 0))
            said.append(log.read().decode(errors="replace"))
    return "\n".join(said)
