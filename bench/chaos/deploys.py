"""Real deploys whose probes are flaky, and some that are really bad: only those are undone."""

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Any

from bench.chaos.report import Report
from bench.chaos.rollbacks import all_is_told
from bench.chaos.world import ChaosFailed, ChaosWorld, chaos_world
from shiploop.stores.health import ProductionHealth

_HEALTHY = 30
_BAD = 6
_SEED = 1
_BLIPS = 3
_SLOTS = 4
_CI_MS = 200
_START_TIMEOUT_S = 60.0
_END_TIMEOUT_S = 120.0


@dataclass(frozen=True, slots=True)
class Deploy:
    """One deploy, once all that follows from it has happened; the counts are of its merge.

    `looks` at production were taken until it was judged, and in `failed_looks` of them a
    probe failed.
    """

    is_bad: bool
    task: Mapping[str, Any]
    rollbacks: int
    issues: int
    drafts: int
    is_in_faq: bool
    looks: int
    failed_looks: int


def plan(healthy: int, bad: int, seed: int) -> tuple[bool, ...]:
    """Which deploys are bad. Not the first: production has to be healthy before it is broken."""
    among = [True] * bad + [False] * (healthy - 1)
    random.Random(seed).shuffle(among)  # noqa: S311 - an order, not a secret
    return (False, *among)


def judge_deploys(healthy: int = _HEALTHY, bad: int = _BAD, seed: int = _SEED) -> Report:
    """Deploy one after the other, with failing probes at each, and see what was undone."""
    with chaos_world() as world:
        world.set_latency(ci_ms=_CI_MS)
        world.start_runner(_SLOTS)
        world.wait_until("a runner", world.has_runner, _START_TIMEOUT_S)
        deploys = [_deploy(world, is_bad=is_bad) for is_bad in plan(healthy, bad, seed)]
        frozen = world.frozen()
    promise = "failing probes of what is healthy undo nothing, and what is bad is undone, once"
    left = ("merges are still frozen",) if frozen else ()
    return Report("deploys", promise, _rows(deploys), (*losses(deploys), *left))


def losses(deploys: Sequence[Deploy]) -> tuple[str, ...]:
    """Everything that is not as it has to be."""
    found = [loss for deploy in deploys for loss in _losses_of(deploy)]
    if not any(deploy.failed_looks for deploy in deploys if not deploy.is_bad):
        found.append("no probe failed at a healthy deploy: nothing was shown")
    return tuple(found)


def _losses_of(deploy: Deploy) -> Iterator[str]:
    task, times = deploy.task, int(deploy.is_bad)
    name = f"{'bad' if deploy.is_bad else 'healthy'} deploy {task['task_id']}"
    wanted = ("error", "unhealthy_deploy", "healthy") if deploy.is_bad else ("done", None, None)
    ended = (task["status"], task.get("failure_kind"), task.get("rollback"))
    if ended != wanted:
        yield f"{name}: ended as {ended}: {task.get('error')}"
    counts = {"rollbacks": deploy.rollbacks, "issues": deploy.issues, "drafts": deploy.drafts}
    yield from (f"{name}: {n} {what}" for what, n in counts.items() if n != times)
    if deploy.is_in_faq is deploy.is_bad:
        yield f"{name}: its entry {'stayed in' if deploy.is_bad else 'is not in'} the FAQ"


def _rows(deploys: Sequence[Deploy]) -> tuple[tuple[str, str], ...]:
    well = [deploy for deploy in deploys if not deploy.is_bad]
    bad = [deploy for deploy in deploys if deploy.is_bad]
    looks = sum(deploy.looks for deploy in well)
    failed = sum(deploy.failed_looks for deploy in well)
    share = f" ({failed / looks:.0%})" if looks else ""
    trb_s = [deploy.task["trb_ms"] / 1000 for deploy in bad if "trb_ms" in deploy.task]
    times = f"{median(trb_s):.1f} s median, {max(trb_s):.1f} s at most" if trb_s else "-"
    done = sum(deploy.task["status"] == "done" for deploy in well)
    return (
        ("healthy deploys", str(len(well))),
        ("looks at them, and how many failed", f"{looks}, {failed}{share}"),
        ("healthy deploys that are done", str(done)),
        ("healthy deploys rolled back", str(sum(deploy.rollbacks for deploy in well))),
        ("bad deploys", str(len(bad))),
        ("bad deploys rolled back", str(sum(deploy.rollbacks for deploy in bad))),
        ("time to roll back", times),
    )


def _deploy(world: ChaosWorld, *, is_bad: bool) -> Deploy:
    began = datetime.now(UTC)
    world.set_fault("flaky_health", _BLIPS)  # for the baseline, and while it is waited for
    if is_bad:
        world.set_fault("bad_deploy", 1)
    world.forgive()
    world.ask()
    task_id = world.accepted[-1]
    world.wait_until("a verdict begins", lambda: _is_judged(world, task_id), _END_TIMEOUT_S)
    world.set_fault("flaky_health", _BLIPS)
    world.wait_until("a deploy is judged", lambda: not world.unsettled(), _END_TIMEOUT_S)
    looks = ProductionHealth(world.redis).samples_since(began)
    if "merge_sha" in world.task(task_id) and world.task(task_id)["status"] == "error":
        with suppress(ChaosFailed):  # then it is a loss
            world.wait_until(
                "the rollback has ended",
                lambda: all_is_told(world, world.task(task_id)),
                _END_TIMEOUT_S,
            )
    world.clear_faults()
    task = world.task(task_id)
    sha = task.get("merge_sha", "never merged")
    return Deploy(
        is_bad=is_bad,
        task=task,
        rollbacks=len(world.pulls_from(f"hotfix/rollback-{sha}")),
        issues=len(world.incidents(sha)),
        drafts=len(world.pulls_from(f"reapply/{sha}")),
        is_in_faq=f"trace={task_id}" in world.document(),
        looks=len(looks),
        failed_looks=sum(bool(look.failing) for look in looks),
    )


def _is_judged(world: ChaosWorld, task_id: str) -> bool:
    return world.task(task_id).get("stage") == "verifying" or not world.unsettled()
