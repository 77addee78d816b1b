"""A runner stops in the middle of a task for longer than a lease, and goes on as if it had not."""

import time
from collections.abc import Sequence

from bench.chaos.evidence import losses
from bench.chaos.report import Report
from bench.chaos.runners import RunnerProcess
from bench.chaos.world import ChaosFailed, ChaosWorld, chaos_world

# Where a runner that comes back too late could do harm.
POINTS = (
    "taken",
    "flow-run-created",
    "entering-opening",
    "sending-OpenPullRequest",
    "applied-OpenPullRequest",
    "entering-merging",
    "sending-PUT-pulls",
    "applied-PUT-pulls",
    "entering-verifying",
    "flow-ended",
)
_CI_MS = 200
_HEALTHY_SLOTS = 16
_LATE_SLOTS = 2
_MOST_OPEN = 20
_LOOK_S = 0.1
_PAUSE_TIMEOUT_S = 180.0
_SETTLE_TIMEOUT_S = 120.0


def pause_runners(points: Sequence[str] = POINTS) -> Report:
    """Stop a runner at each point, let another one finish its work, and resume it."""
    with chaos_world() as world:
        world.set_latency(ci_ms=_CI_MS)
        healthy = world.start_runner(_HEALTHY_SLOTS)
        late = [world.start_runner(_LATE_SLOTS, f"{point}:1:STOP") for point in points]
        world.wait_until("a runner", world.has_runner, _PAUSE_TIMEOUT_S)
        _ask_until_paused(world, late)
        world.settle(_SETTLE_TIMEOUT_S)
        unsettled = [f"{one}: not settled while its runner paused" for one in world.unsettled()]
        for runner in late:
            runner.resume()
        for runner in (*late, healthy):
            runner.stop()  # once it has finished what it believes to hold
        evidence = world.evidence()
        rows = (
            ("tasks accepted", str(len(world.accepted))),
            ("pull requests that came late, and were closed", str(sum(evidence.closed.values()))),
            *((f"paused at {point}", "past its lease, then resumed") for point in points),
        )
        promise = "a runner that comes back late does nothing twice and overwrites no outcome"
        found = (*unsettled, *losses(world.accepted, evidence, late=True))
        return Report("pauses", promise, rows, found)


def _ask_until_paused(world: ChaosWorld, late: list[RunnerProcess]) -> None:
    give_up_at = time.monotonic() + _PAUSE_TIMEOUT_S
    while time.monotonic() < give_up_at:
        if all(runner.paused for runner in late):
            return
        if len(world.unsettled()) < _MOST_OPEN:
            world.ask()
        time.sleep(_LOOK_S)
    missing = [str(runner.kill_at) for runner in late if not runner.paused]
    raise ChaosFailed(f"never reached: {', '.join(missing)}")
