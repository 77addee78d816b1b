"""This build beside another one: both stacks at once, asked in turn, on one machine.

Times of a machine drift by half within a day; the ratio of two builds in one run does not. Of 50
questions a side it still is known to 10 % only: the interval tells.
"""

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from bench.cpu_time import cpu_seconds, cpu_seconds_since
from bench.journey import Journey
from bench.measurement import Figure, Measurement, Unit, percentile, ratio_interval
from bench.readiness import wait_until_ready
from bench.world import World, questions, stack_settings
from shiploop.cli.api_client import ApiClient
from shiploop.stack.addresses import Addresses

_BOUND = 1.05
_CI_MS = 100  # reported, not run: what is compared is ours
_WARM_UP = 2
_MOST_A_START = 25  # questions
_PROJECT = Path(__file__).resolve().parent.parent
_DEFINITION = (
    "Two stacks at once, each started by `shiploop up` of its own checkout, asked the same "
    "questions in turn, who is first changing each time. After 25 at most both start anew, in the "
    "other order: of two stacks of one build the one that starts first takes 4 to 10 % more CPU. "
    "Ratios of this build to the other: medians of own overhead and of dispatch, and "
    "processor seconds a loop, all processes; where they lie with 95 %, by the bootstrap."
)


@dataclass(slots=True)
class _Side:
    """One build, and what was seen of its stacks."""

    checkout: Path
    journeys: list[Journey] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)

    def ship(self, world: World, question: str) -> None:
        """Ask one question, and note what it took."""
        before = cpu_seconds(world.home)
        self.journeys.append(world.ship_watching_checks(question))
        self.cpu_s.append(sum(cpu_seconds_since(before, world.home).values()))

    @property
    def overhead_ms(self) -> tuple[float, ...]:
        return tuple(journey.overhead_ms for journey in self.journeys)

    @property
    def dispatch_ms(self) -> tuple[float, ...]:
        return tuple(float(journey.stages_ms["queued"]) for journey in self.journeys)


def measure_beside(other: Path, times: int) -> Measurement:
    """Ask both builds that many questions, one at a time."""
    ours, theirs = _Side(_PROJECT), _Side(other)
    sides = (ours, theirs)
    turns = 2 * math.ceil(times / (2 * _MOST_A_START))  # each is first as often as the other
    a_turn = math.ceil(times / turns)
    for begun in range(0, times, a_turn):
        asked = questions(_WARM_UP + min(a_turn, times - begun))
        _ask_both(*sides, asked[:_WARM_UP], asked[_WARM_UP:])
        sides = sides[::-1]
    return Measurement(
        "beside",
        _DEFINITION,
        (
            _ratio("own overhead", ours.overhead_ms, theirs.overhead_ms),
            _ratio("dispatch", ours.dispatch_ms, theirs.dispatch_ms),
            _ratio("processor seconds a loop", ours.cpu_s, theirs.cpu_s),
        ),
        {
            "overhead_ms": ours.overhead_ms,
            "other_overhead_ms": theirs.overhead_ms,
            "dispatch_ms": ours.dispatch_ms,
            "other_dispatch_ms": theirs.dispatch_ms,
            "cpu_s": tuple(ours.cpu_s),
            "other_cpu_s": tuple(theirs.cpu_s),
        },
    )


def _ask_both(first: _Side, second: _Side, warm_up: Sequence[str], asked: Sequence[str]) -> None:
    with ExitStack() as stacks:
        sides = [(side, stacks.enter_context(_running(side.checkout))) for side in (first, second)]
        for _, world in sides:
            stacks.enter_context(world.latency(ci_ms=_CI_MS))
            for question in warm_up:
                world.ship(question)
        for number, question in enumerate(asked):
            for side, world in sides if number % 2 else reversed(sides):
                side.ship(world, question)


def _ratio(name: str, ours: Sequence[float], theirs: Sequence[float]) -> Figure:
    ratio = percentile(ours, 50) / percentile(theirs, 50)
    interval = ratio_interval(ours, theirs)
    return Figure(f"{name}, median, this / other", ratio, _BOUND, Unit.TIMES, interval=interval)


@contextmanager
def _running(checkout: Path) -> Iterator[World]:
    """The stack of a checkout, by its own command, in a home of its own."""
    python = sys.executable if checkout == _PROJECT else str(checkout / ".venv/bin/python")
    command = [python, str(Path(python).with_name("shiploop")), "up"]
    with TemporaryDirectory(prefix="shiploop-beside-") as home, ExitStack() as closing:
        Path(home).chmod(0o755)  # PostgreSQL runs as a user of its own where we are root
        environment = {**os.environ, **stack_settings(Path(home)).as_environment()}
        stack = subprocess.Popen(command, cwd=home, env=environment, stdout=subprocess.DEVNULL)
        closing.callback(stack.wait)
        closing.callback(stack.terminate)
        wait_until_ready(stack, Path(home, "stack.json"))
        time.sleep(1)  # the dashboard, which starts last, is told of in the same file
        told = json.loads(Path(home, "stack.json").read_text("utf-8"))
        addresses = Addresses(**{one.name: told.get(one.name, "") for one in fields(Addresses)})
        github = closing.enter_context(httpx.Client(base_url=addresses.github))
        yield World(addresses, ApiClient(addresses.api), github, {"SHIPLOOP_HOME": home})
