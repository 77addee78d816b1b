"""The runner dies of SIGKILL at each step of a rollback: there is one all the same, and it ends."""

from collections.abc import Sequence
from typing import Any

from bench.chaos.report import Report
from bench.chaos.world import ChaosWorld, chaos_world

# The closed loop comes to the calls first; what counts is the rollback's own.
POINTS = (
    "rollback-claimed",
    "rollback-reverting",
    "sending-OpenPullRequest:2",
    "applied-OpenPullRequest:2",
    "sending-PUT-pulls:2",
    "applied-PUT-pulls:2",
    "rollback-verifying",
    "rollback-healthy",
    "sending-POST-issues",
    "applied-POST-issues",
    "sending-OpenPullRequest:3",
    "applied-OpenPullRequest:3",
)

_SLOTS = 4
_CI_MS = 200
_START_TIMEOUT_S = 60.0
_KILL_TIMEOUT_S = 60.0
_END_TIMEOUT_S = 120.0


def kill_rollbacks(points: Sequence[str] = POINTS) -> Report:
    """One bad deploy for each point; the runner that rolls it back dies there."""
    with chaos_world() as world:
        world.set_latency(ci_ms=_CI_MS)
        _ship_one(world)
        faq = world.document()
        found = [loss for point in points for loss in _roll_back_through(world, point)]
        if world.document() != faq:
            found.append("the FAQ is not what it was before the bad merges")
        rows = (("rollbacks", str(len(points))), *((point, "killed") for point in points))
        promise = "SIGKILL at each step of a rollback: one revert, one issue, one draft"
        return Report("rollbacks", promise, rows, tuple(found))


def _ship_one(world: ChaosWorld) -> None:
    """Production has to be healthy before it can be broken."""
    runner = world.start_runner(_SLOTS)
    world.wait_until("a runner", world.has_runner, _START_TIMEOUT_S)
    world.ask()
    world.wait_until("a healthy deploy", lambda: not world.unsettled(), _END_TIMEOUT_S)
    runner.stop()


def _roll_back_through(world: ChaosWorld, point: str) -> list[str]:
    victim = world.start_runner(_SLOTS, point)
    world.set_fault("bad_deploy", times=1)
    world.forgive()
    world.ask()
    task_id = world.accepted[-1]
    world.wait_until(f"death at {point}", lambda: victim.ended, _KILL_TIMEOUT_S)
    healthy = world.start_runner(_SLOTS)
    world.wait_until(
        f"the end of the rollback that was killed at {point}",
        lambda: all_is_told(world, world.task(task_id)),
        _END_TIMEOUT_S,
    )
    healthy.stop()
    return [f"{point}: {loss}" for loss in _losses(world, world.task(task_id))]


def all_is_told(world: ChaosWorld, task: dict[str, Any]) -> bool:
    """True once a bad merge is rolled back, and everybody has heard of it."""
    sha = task.get("merge_sha", "")
    return (
        task["status"] == "error"
        and task.get("rollback") == "healthy"
        and "incident_url" in task
        and bool(world.pulls_from(f"reapply/{sha}"))
        and any("Rolled back" in text and sha[:12] in text for text in world.said())
    )


def _losses(world: ChaosWorld, task: dict[str, Any]) -> list[str]:
    sha = task["merge_sha"]
    counts = {
        "rollbacks": len(world.pulls_from(f"hotfix/rollback-{sha}")),
        "drafts": len(world.pulls_from(f"reapply/{sha}")),
        "issues": len(world.incidents(sha)),
    }
    found = [f"{number} {what}" for what, number in counts.items() if number != 1]
    if task.get("failure_kind") != "unhealthy_deploy":
        found.append(f"the task ended as {task.get('failure_kind')}")
    if world.frozen():
        found.append("merges are still frozen")
    return found
