"""How many questions a minute become verified answers, and what each of them costs."""

from collections import Counter
from datetime import datetime
from typing import Any

from bench.alternatives import Alternative, started
from bench.cpu_time import cpu_seconds, cpu_seconds_since
from bench.full_faq import fill_faq
from bench.load import post_all, wait_for_all
from bench.many_questions import many_questions
from bench.measurement import Figure, Measurement, Unit
from bench.world import BenchFailed, World, running_world
from shiploop.domain.delivery.task import Status

_CI_MS = 5000
_FAQ_ENTRIES = 500
_CLIENTS = 20
_BOUND_A_MINUTE = 120
_MOST_OF_AN_ALTERNATIVE = 10
_DEFINITION = (
    f"Questions asked at once onto an FAQ of {_FAQ_ENTRIES} entries, CI taking {_CI_MS} ms; from "
    "the first accepted to the last settled, all of them merged and seen live. CPU: what each "
    "process and its children took meanwhile, divided by the loops. Beside it, on the same "
    "Prefect server: runs created at once of a flow that only waits as long as that CI, by "
    "flow.serve() and by a process worker, and their CPU without the server's share."
)


def measure_throughput(times: int) -> Measurement:
    """Ask that many questions at once, and wait until the last one is settled."""
    texts = many_questions(times + _FAQ_ENTRIES)
    with running_world(texts[:times]) as world:
        fill_faq(world, _FAQ_ENTRIES, texts[times:])
        before = cpu_seconds(world.home)
        tasks = _ship_all(world, texts[:times])
        taken_s = cpu_seconds_since(before, world.home)
        others = _alternatives(world, min(times, _MOST_OF_AN_ALTERNATIVE))
    first = min(datetime.fromisoformat(task["created_at"]) for task in tasks)
    last = max(datetime.fromisoformat(task["settled_at"]) for task in tasks)
    took_s = (last - first).total_seconds()
    return Measurement(
        "throughput",
        _DEFINITION,
        (Figure("loops", 60 * times / took_s, _BOUND_A_MINUTE, Unit.PER_MINUTE, at_least=True),),
        {
            **{f"{stage}_ms": _stage_ms(tasks, stage) for stage in tasks[0]["stages_ms"]},
            **{f"CPU s a loop, {process}": (s / times,) for process, s in sorted(taken_s.items())},
            "CPU s a loop, all": (sum(taken_s.values()) / times,),
            # Near the number of cores: nothing else held it up. Far below: others took them.
            "cores used": (sum(taken_s.values()) / took_s,),
            **others,
        },
    )


def _ship_all(world: World, texts: list[str]) -> list[dict[str, Any]]:
    with world.latency(ci_ms=_CI_MS):
        replies = post_all(world.addresses.api, texts, _CLIENTS)
        tasks = wait_for_all(world, [reply.task_id for reply in replies if reply.task_id])
    ends = Counter(str(task.get("failure_kind") or task["status"]) for task in tasks)
    if ends != {Status.DONE: len(texts)}:
        raise BenchFailed(f"of {len(texts)} questions: {dict(ends)}")
    return tasks


def _alternatives(world: World, times: int) -> dict[str, tuple[float, ...]]:
    observed: dict[str, tuple[float, ...]] = {}
    for alternative in Alternative:
        with started(world, alternative) as other:
            before_s = other.cpu_seconds()
            rate = other.loops_a_minute(times, _CI_MS / 1000)
            taken_s = other.cpu_seconds() - before_s
        observed[f"{alternative}, a minute"] = (rate,)
        observed[f"{alternative}, CPU s a run"] = (taken_s / times,)
    return observed


def _stage_ms(tasks: list[dict[str, Any]], stage: str) -> tuple[float, ...]:
    return tuple(float(task["stages_ms"].get(stage, 0)) for task in tasks)
