"""How soon a stack that has run before takes questions again."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from bench.measurement import Figure, Measurement, Unit
from bench.world import BenchFailed, stack_settings

_BOUND_S = 10
_START_TIMEOUT_S = 120.0
_LOOK_S = 0.02
_DEFINITION = (
    "From starting the command `shiploop up`, Python included, until /healthz is 200; the first "
    "start, which makes the databases, is shown but not counted. The slowest counts."
)


def measure_readiness(times: int) -> Measurement:
    """Start a stack once, then that many times again in the same home."""
    with TemporaryDirectory(prefix="shiploop-bench-") as home:
        first_s = _start_and_stop(Path(home))
        again_s = tuple(_start_and_stop(Path(home)) for _ in range(times))
    return Measurement(
        "readiness",
        _DEFINITION,
        (Figure("ready to ask, started again", max(again_s), _BOUND_S, Unit.S),),
        {"first_start_s": (first_s,), "started_again_s": again_s},
    )


def _start_and_stop(home: Path) -> float:
    environment = {**os.environ, **stack_settings(home).as_environment()}
    command = [sys.executable, "-m", "shiploop.cli.main", "up"]
    started_s = time.perf_counter()
    # In its own home, so that it finds no `.env` of ours.
    with subprocess.Popen(command, cwd=home, env=environment, stdout=subprocess.DEVNULL) as stack:
        try:
            wait_until_ready(stack, home / "stack.json")
            return time.perf_counter() - started_s
        finally:
            stack.terminate()  # leaving the block waits for it


def wait_until_ready(stack: subprocess.Popen[bytes], described: Path) -> None:
    """Wait until a stack that is being started takes questions. Raises BenchFailed."""
    give_up_at = time.monotonic() + _START_TIMEOUT_S
    with httpx.Client() as http:  # one for all looks: making one takes 20 ms of CPU
        while not _healthy(http, described):
            if stack.poll() is not None or time.monotonic() >= give_up_at:
                raise BenchFailed("the stack did not become ready")
            time.sleep(_LOOK_S)


def _healthy(http: httpx.Client, described: Path) -> bool:
    try:
        addresses = json.loads(described.read_text())
        return http.get(f"{addresses['api']}/healthz").is_success
    except (FileNotFoundError, json.JSONDecodeError, httpx.TransportError):
        return False  # not there yet, or written this very moment
