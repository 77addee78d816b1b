"""Thousands of tasks in one stack: nothing is broken, and no process may grow without end."""

import base64
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import httpx
import psutil

from bench.chaos.reader import read_all_pages
from bench.chaos.report import Report
from bench.chaos.world import ChaosFailed, ChaosWorld, chaos_world
from bench.documents import handbook
from bench.many_questions import many_questions
from bench.world import REPOSITORY
from shiploop.agents.faq.agent import format_duplicate
from shiploop.agents.faq.question import question_hash
from shiploop.domain.delivery.task import Status
from shiploop.stack.launch import TRIM_EVERY_S
from shiploop.stores import keys

FIRST = 200  # what a process holds after so many tasks is what it needs
_MOST_GROWTH = 1.3
_ENTRIES = 1000  # then the documents change, all is asked again, and the entries are replaced
_SLOTS = 16
_MOST_OPEN = 2 * _SLOTS
_CI_MS = 100
_READ_EVERY = 20  # tasks, somebody looks at every page of the dashboard
_READINGS = 4
_AGENT = "faq"
_SETTLE_TIMEOUT_S = 300.0
_REST_S = TRIM_EVERY_S + 5  # then a process has given back what it has freed
_COMMIT: Final = """
mutation ($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid } }
}
"""
_LONG_LIVED_S = 20.0  # git and the like come and go
_MB = 1_000_000
# What keeps records is there to grow, by no more than the records of a task: in Redis for a day,
# in the sandbox, whose GitHub is all in memory, its pull request, checks and deployment for ever.
_KEPT_BYTES_A_TASK = {"redis": 20_000, "github": 20_000}

Readings = Mapping[int, Mapping[str, int]]


def soak(tasks: int) -> Report:
    """Ship so many questions; what each process holds at the end is held against `FIRST`."""
    readings: dict[int, dict[str, int]] = {}
    failures: list[str] = []
    asked = many_questions(_ENTRIES)
    with chaos_world(
        dashboard=True, questions=asked, runners=1, runner_concurrency=_SLOTS
    ) as world:
        world.set_latency(ci_ms=_CI_MS)
        started_at, born = time.monotonic(), world.pids()
        for milestone in milestones(tasks):
            failures += _ship(world, asked, milestone)
            time.sleep(_REST_S)
            readings[milestone] = _resident_bytes(world)
        took_s = time.monotonic() - started_at
        failures += [f"{name} died" for name, pid in world.pids().items() if pid != born[name]]
    rows = (
        ("tasks", f"{tasks}, {60 * tasks / took_s:.0f} a minute"),
        ("MB held after", ", ".join(map(str, readings))),
        *((name, _format(name, readings)) for name in readings[tasks]),
    )
    promise = (
        f"after {tasks} tasks, with an FAQ that grows by {min(tasks, _ENTRIES)} entries, each "
        f"process holds at most {_MOST_GROWTH} times what it held after {min(readings)}, but for "
        "the records of each task"
    )
    return Report("soak", promise, rows, (*failures, *grown(readings)))


def milestones(tasks: int) -> tuple[int, ...]:
    """After how many tasks the memory is read: at `FIRST`, then some times, then at the end."""
    if tasks <= FIRST:
        raise ChaosFailed(f"a soak of {tasks} tasks shows nothing: it takes more than {FIRST}")
    steps = (FIRST + (tasks - FIRST) * step // _READINGS for step in range(_READINGS + 1))
    return tuple(dict.fromkeys(steps))


def grown(readings: Readings) -> tuple[str, ...]:
    """Every process that holds too much more in the end than it held first."""
    begun, ended = min(readings), max(readings)
    first, last = readings[begun], readings[ended]
    return tuple(
        f"{name} has grown to {last[name] / first[name]:.2f} times what it held"
        for name in first
        if last[name] - _kept_bytes(name, ended - begun) > _MOST_GROWTH * first[name]
    )


def _kept_bytes(name: str, tasks: int) -> int:
    return tasks * _KEPT_BYTES_A_TASK.get(name, 0)


def _format(name: str, readings: Readings) -> str:
    held = [reading[name] for reading in readings.values()]
    course = ", ".join(f"{each / _MB:.0f}" for each in held)
    return f"{course}: {held[-1] / held[0]:.2f} times"


def _ship(world: ChaosWorld, questions: Sequence[str], milestone: int) -> list[str]:
    """Ask questions, few at a time, until so many are settled; returns what did not end well."""
    before = len(world.accepted)
    for number in range(before, milestone):
        edition, place = divmod(number, len(questions))
        if edition and not place:
            world.settle(_SETTLE_TIMEOUT_S)
            _publish(world, handbook(questions, edition + 1))
            time.sleep(_REST_S)  # until the runner has read it
        if number % _READ_EVERY == 0:
            read_all_pages(world.dashboard_url)
        question = questions[place]
        world.wait_until("fewer open tasks", lambda: _is_hungry(world), _SETTLE_TIMEOUT_S)
        # An answer is given again for an hour; here that hour is over.
        world.redis.delete(keys.dedupe(_AGENT, question_hash(question)))
        world.ask(question)
    world.settle(_SETTLE_TIMEOUT_S)
    ends = world.statuses(world.accepted[before:])
    others = {each: world.task(each) for each, status in ends.items() if status != Status.DONE}
    return [_format_loss(each, task) for each, task in others.items() if not _is_kept_true(task)]


def _publish(world: ChaosWorld, pages: Mapping[str, str]) -> None:
    """Commit pages to main, as a person does who may push there."""
    github = world.addresses.github
    commits = httpx.get(f"{github}/repos/{REPOSITORY}/commits", params={"per_page": 1})
    additions = [
        {"path": path, "contents": base64.b64encode(text.encode()).decode()}
        for path, text in pages.items()
    ]
    commit = {
        "branch": {"repositoryNameWithOwner": REPOSITORY, "branchName": "main"},
        "expectedHeadOid": commits.raise_for_status().json()[0]["sha"],
        "message": {"headline": "Publish another edition"},
        "fileChanges": {"additions": additions},
    }
    answer = httpx.post(
        f"{github}/graphql",
        json={"query": _COMMIT, "variables": {"input": commit}},
        headers={"authorization": f"Bearer {world.stack.admin_token}"},
    )
    if errors := answer.raise_for_status().json().get("errors"):
        raise ChaosFailed(f"the pages could not be committed: {errors}")


def _is_kept_true(task: Mapping[str, Any]) -> bool:
    """Tell whether the sweep has asked a question before we did, whose source has changed."""
    return str(task.get("reason", "")).startswith(format_duplicate(""))


def _format_loss(task_id: str, task: Mapping[str, Any]) -> str:
    why = task.get("error") or task.get("reason") or task.get("stage")
    return f"{task_id}: {task['status']} {task.get('failure_kind', '')}, {why}"


def _is_hungry(world: ChaosWorld) -> bool:
    return len(world.unsettled()) < _MOST_OPEN


def _resident_bytes(world: ChaosWorld) -> dict[str, int]:
    """What each process of the stack holds, with those of its children that stay."""
    return {
        name: sum(map(_resident, _family(psutil.Process(pid))))
        for name, pid in world.pids().items()
    }


def _family(process: psutil.Process) -> Iterator[psutil.Process]:
    yield process
    for child in process.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if time.time() - child.create_time() > _LONG_LIVED_S:
                yield child


def _resident(process: psutil.Process) -> int:
    with suppress(psutil.NoSuchProcess):
        return int(process.memory_info().rss)
    return 0
