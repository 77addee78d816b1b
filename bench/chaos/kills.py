"""Runners die of SIGKILL at named points, hundreds of times, while questions come in."""

import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import cycle, islice

from bench.chaos.evidence import losses
from bench.chaos.report import Report
from bench.chaos.runners import RunnerProcess
from bench.chaos.takeovers import Takeovers
from bench.chaos.world import ChaosWorld, chaos_world
from bench.measurement import percentile

_STAGES = ("drafting", "opening", "checking", "merging", "deploying", "verifying")
_BOUNDARIES = (
    "taken",
    "flow-run-created",
    *(f"entering-{stage}" for stage in _STAGES),
    "flow-ended",
    "settled",
    "handing-on",
)
# What makes a call happen that a run on a good day does not need, or needs rarely.
_CALLS = {
    "ReadBase": None,
    "OpenPullRequest": None,
    "PUT-pulls": None,
    "DELETE-git": None,
    "GET-compare": None,
    "PollChecks": "webhooks_lost",
    "FindPullRequest": "open_applied_then_502",
    "CommitOnNewRef": "conflict",
    "MoveBranch": "conflict",
}
POINTS = (*_BOUNDARIES, *(f"{when}-{call}" for call in _CALLS for when in ("sending", "applied")))

_SLOTS = 4
# One runner lives through it all, as somebody has to be there to take over.
_SURVIVOR_SLOTS = 16
_HEALTHY_SLOTS = 32
_DELIVERY_CAP = 100  # a task may meet many of the kills: the cap is not what is tested here
_PREFECT_EVERY = 3  # so many questions are asked for each one that is started in Prefect
_DEADLINE_S = 3600  # nor is the task's deadline
_CI_MS = 200
_TICK_S = 0.05
# Seldom enough for no task to conflict so often that it is given up.
_PROVOKE_EVERY_S = 2.0
_TAKEOVER_P95_S = 10.0
_S_PER_KILL = 15.0  # when it takes longer than that, something is stuck
_SETTLE_TIMEOUT_S = 300.0


def plan(kills: int, seed: int) -> list[str]:
    """Which points kill, in which order: each as often as the others."""
    points = list(islice(cycle(POINTS), kills))
    random.Random(seed).shuffle(points)  # noqa: S311 - repeatable, nothing secret
    return points


def kill_runners(
    points: Sequence[str], at_once: int, takeover_p95_s: float = _TAKEOVER_P95_S
) -> Report:
    """Kill a runner at each of the points in turn, `at_once` of the victims alive at a time."""
    with chaos_world(
        delivery_cap=_DELIVERY_CAP,
        task_deadline_s=_DEADLINE_S,
        deploy_deadline_s=_DEADLINE_S,
    ) as world:
        world.set_latency(ci_ms=_CI_MS)
        killing = _Killing(world, points, at_once)
        killing.run()
        world.clear_faults()
        world.start_runner(_HEALTHY_SLOTS)
        killing.settle()
        world.stop_runners()
        return _report(world, killing, len(points), takeover_p95_s)


class _Killing:
    """The victims: when one has died, the next one starts with the next point of the plan."""

    def __init__(self, world: ChaosWorld, points: Sequence[str], at_once: int) -> None:
        self._world = world
        self._points = iter(points)
        self._at_once = at_once
        self._give_up_at = time.monotonic() + _S_PER_KILL * len(points) + _SETTLE_TIMEOUT_S
        self._victims: list[RunnerProcess] = []
        self._asked = 0
        self._provoke_at = 0.0
        self.takeovers = Takeovers(world.redis)
        self.kills: Counter[str] = Counter()
        self.orphaned = 0
        self.failures: list[str] = []

    def run(self) -> None:
        """Kill until the plan is done, or it takes too long."""
        self._world.start_runner(_SURVIVOR_SLOTS)
        self._start_victims()
        self._world.wait_until("a runner", self._world.has_runner, _SETTLE_TIMEOUT_S)
        while self._victims and time.monotonic() < self._give_up_at:
            self._ask_if_hungry()
            self._provoke()
            self.takeovers.look()
            self._bury()
            self._start_victims()
            time.sleep(_TICK_S)
        self.failures += [f"{one.kill_at} was never reached" for one in self._victims]
        self.failures += [f"{point}: its turn never came" for point in self._points]
        for survivor in self._victims:
            survivor.stop()

    def settle(self) -> None:
        """Watch the healthy take over what is left, until every task has its outcome."""
        give_up_at = time.monotonic() + _SETTLE_TIMEOUT_S
        while time.monotonic() < give_up_at:
            self.takeovers.look()
            if not self.takeovers.waiting and not self._world.unsettled():
                return
            time.sleep(_TICK_S)
        self.failures.append(f"not everything was settled after {_SETTLE_TIMEOUT_S:.0f} s")

    def _start_victims(self) -> None:
        for point in islice(self._points, self._at_once - len(self._victims)):
            self._victims.append(self._world.start_runner(_SLOTS, point))

    def _ask_if_hungry(self) -> None:
        # Few enough for every task that is orphaned to find a free slot at once.
        if len(self._world.unsettled()) >= 2 * self._at_once:
            return
        self._asked += 1
        if self._asked % _PREFECT_EVERY:
            self._world.ask()
        else:
            self._world.ask_in_prefect()

    def _provoke(self) -> None:
        if time.monotonic() < self._provoke_at:
            return
        self._provoke_at = time.monotonic() + _PROVOKE_EVERY_S
        for fault in set(self._wanted_faults()):
            self._world.set_fault(fault, times=1)

    def _wanted_faults(self) -> Iterator[str]:
        for victim in self._victims:
            call = (victim.kill_at or "").partition("-")[2]
            if fault := _CALLS.get(call):
                yield fault

    def _bury(self) -> None:
        for victim in [one for one in self._victims if one.ended]:
            self._victims.remove(victim)
            if victim.killed:
                self.kills[str(victim.kill_at)] += 1
                self.orphaned += self.takeovers.died(victim.pid)
            else:
                self.failures.append(f"the runner for {victim.kill_at} ended by itself")


def _report(world: ChaosWorld, killing: _Killing, kills: int, takeover_p95_s: float) -> Report:
    seconds = killing.takeovers.seconds
    p95_s = percentile(seconds, 95) if seconds else float("inf")
    found = list(killing.failures)
    if p95_s > takeover_p95_s:
        found.append(f"takeover p95 is {p95_s:.1f} s, more than {takeover_p95_s:.0f} s")
    evidence = world.evidence()
    in_prefect = sum(t.get("prefect_run_id") == one for one, t in evidence.tasks.items())
    rows = [
        ("kills", f"{killing.kills.total()} of {kills}"),
        ("tasks accepted", f"{len(world.accepted)}, {in_prefect} of them started in Prefect"),
        ("entries orphaned", str(killing.orphaned)),
        ("takeovers", f"{len(seconds)}, p50 {_s(seconds, 50)}, p95 {_s(seconds, 95)}"),
        ("slowest takeover", _s(seconds, 100)),
        ("delivery cap", f"{_DELIVERY_CAP}, raised: one task may meet many kills"),
        *((f"killed at {point}", str(times)) for point, times in sorted(killing.kills.items())),
    ]
    promise = "SIGKILL at every step boundary and around every outside call; nothing is lost"
    return Report("kills", promise, tuple(rows), (*found, *losses(world.accepted, evidence)))


def _s(seconds: list[float], percent: int) -> str:
    return f"{percentile(seconds, percent):.1f} s" if seconds else "none"
