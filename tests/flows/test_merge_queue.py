"""A branch with a merge queue: what is put into it, waited for, and taken out of it again."""

import os
import signal
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis

from shiploop.stores import keys
from shiploop.stores.freeze import Freeze
from shiploop.stores.intake import Accepted, Intake
from tests.builders import a_request
from tests.loopback import loopback
from tests.rolling import ended, pulls_from, redis_of
from tests.rules import MERGE, ask, graphql, is_queued, operations, pulls, queue, ruleset, settled
from tests.stacks import PATIENT_DEADLINE_S
from tests.toy_agent.agent import PATH
from tests.until import until, wait_until
from tests.world import World

pytestmark = [pytest.mark.xdist_group("rules-world"), pytest.mark.timeout(300)]

ENQUEUED = "EnqueuePullRequest"
DEQUEUE = "mutation D($input: DequeuePullRequestInput!) "
DEQUEUE += "{ dequeuePullRequest(input: $input) { clientMutationId } }"
_QUEUE_LIMIT = 100


@pytest.fixture(scope="module")
def queued(rules_world: World) -> Iterator[World]:
    """The stack, while main has a merge queue."""
    with ruleset(rules_world, "merge_queue", merge_method="SQUASH"):
        yield rules_world


@pytest.fixture
def world(queued: World) -> World:
    """Named as what is forgiven after each test."""
    return queued


@pytest.fixture
def redis(world: World) -> Iterator[Redis]:
    with redis_of(world) as client:
        yield client


def kill_the_runner(redis: Redis, task_id: str) -> None:
    """End the process that works on a task: the stack starts another one."""
    worker_id = str(redis.hget(keys.task(task_id), "worker_id"))
    os.kill(int(worker_id.split("-")[-2]), signal.SIGKILL)


def accept_long_ago(redis: Redis, question: str, left_s: float) -> str:
    """Put a task on the queue that has only so much left until its deadline."""
    asked_at = datetime.now(UTC) - timedelta(seconds=PATIENT_DEADLINE_S - left_s)
    task_id = str(uuid.uuid4())
    accepted = Intake(redis).accept(task_id, a_request(question), asked_at, _QUEUE_LIMIT)
    assert accepted == Accepted(task_id, duplicate=False)
    return task_id


def assert_closed_unmerged(world: World, task: dict[str, Any], kind: str, line: str) -> None:
    assert (task["status"], task["failure_kind"]) == ("error", kind), task
    (pull,) = pulls(world, task["task_id"])
    assert (pull["state"], pull["merged_at"]) == ("closed", None)
    assert not is_queued(world, pull)
    assert line not in world.file(PATH)


def test_a_task_is_merged_by_the_queue(world: World) -> None:
    before = operations(world)
    task = settled(world, ask(world, "Merged by the queue"))
    asked = operations(world)[len(before) :]
    assert task["status"] == "done", task
    assert (asked.count(ENQUEUED), asked.count(MERGE)) == (1, 0)
    (pull,) = pulls(world, task["task_id"])
    commit = world.github(f"/commits/{task['merge_sha']}")
    assert pull["merge_commit_sha"] == task["merge_sha"] == world.history()[0]
    assert commit["commit"]["message"].endswith(f"Trace-Id: {task['task_id']}")
    # By GitHub's clock, which tells whole seconds.
    assert task["merged_at"].startswith(pull["merged_at"].removesuffix("Z"))
    assert 0 <= task["tte_ms"] < PATIENT_DEADLINE_S * 1000
    assert "Merged by the queue" in world.file(PATH)


def test_a_red_merge_group_ends_a_task_as_red_checks_do(world: World) -> None:
    with world.fault("merge_group_red"):
        task = settled(world, ask(world, "Red with the others"))
    assert (task["status"], task["failure_kind"]) == ("error", "ci_failed"), task
    assert task["error"] == "checks failed in the merge queue: faq-gate"
    (pull,) = pulls(world, task["task_id"])
    assert (pull["state"], is_queued(world, pull)) == ("open", False)
    assert "ci-failed" in {label["name"] for label in pull["labels"]}


def test_a_task_that_is_cancelled_leaves_the_queue(world: World) -> None:
    with world.fault("merge_group_never_ends", times=None):
        task_id, _ = queue(world, "Cancelled in the queue")
        loopback.delete(f"{world.addresses.api}/api/agent/tasks/{task_id}").raise_for_status()
        task = settled(world, task_id)
    assert_closed_unmerged(world, task, "cancelled", "Cancelled in the queue")


def test_what_is_frozen_leaves_the_queue_and_comes_back(world: World, redis: Redis) -> None:
    with world.fault("merge_group_never_ends", times=None):
        task_id, pull = queue(world, "Frozen in the queue")
        Freeze(redis).set("somebody looks into it", "ada")
        wait_until(lambda: not is_queued(world, pull), timeout_s=30)
    assert world.task(task_id)["status"] == "running"
    before = operations(world)
    Freeze(redis).lift()
    task = settled(world, task_id)
    assert task["status"] == "done", task
    assert operations(world)[len(before) :].count(ENQUEUED) == 1


def test_at_its_deadline_a_task_leaves_the_queue(world: World, redis: Redis) -> None:
    before = world.document()
    with world.fault("merge_group_never_ends", times=None):
        task_id = accept_long_ago(redis, "What does a merge freeze do?", left_s=15)
        (pull,) = until(lambda: world.pull_requests(task_id), bool, timeout_s=30)
        wait_until(lambda: is_queued(world, pull), timeout_s=30)
        task = settled(world, task_id)
    assert (task["status"], task["failure_kind"]) == ("error", "deadline"), task
    assert "the merge queue has not merged it" in task["error"]
    assert not is_queued(world, pull)
    (pull,) = world.pull_requests(task_id)
    assert (pull["state"], pull["merged_at"], world.document()) == ("closed", None, before)


def test_what_a_person_takes_out_of_the_queue_stays_out(world: World) -> None:
    with world.fault("merge_group_never_ends", times=None):
        task_id, pull = queue(world, "Taken out by hand")
        graphql(world, DEQUEUE, id=pull["node_id"])
        task = settled(world, task_id)
    assert_closed_unmerged(world, task, "merge_refused", "Taken out by hand")
    assert "out of the merge queue" in task["error"]


def test_a_runner_that_dies_leaves_a_task_in_the_queue_for_the_next(
    world: World, redis: Redis
) -> None:
    with world.latency(ci_ms=12_000):
        task_id, pull = queue(world, "Outlived its runner")
        before = operations(world)
        kill_the_runner(redis, task_id)
        task = settled(world, task_id)
    assert task["status"] == "done", task
    assert operations(world)[len(before) :].count(ENQUEUED) == 0
    assert task["merge_sha"] == world.github(f"/pulls/{pull['number']}")["merge_commit_sha"]
    assert world.history().count(task["merge_sha"]) == 1


def test_what_conflicts_with_what_is_ahead_of_it_is_written_anew(world: World) -> None:
    lines = ["Ahead of the others", "Behind the first", "Behind them both"]
    with world.latency(ci_ms=2500):
        tasks = [settled(world, task_id) for task_id in [ask(world, line) for line in lines]]
    assert [task["status"] for task in tasks] == ["done"] * 3, tasks
    assert all(line in world.file(PATH) for line in lines)
    for task in tasks:
        assert len(pulls(world, task["task_id"])) == 1


def test_a_rollback_goes_through_the_queue(world: World) -> None:
    before = world.file(PATH)
    task = settled(world, ask(world, "Taken back by the queue"))
    assert task["status"] == "done", task
    asked = operations(world)
    world.start_prefect_run("rollback", task_id=task["task_id"])
    ended(world, task, "healthy")
    assert world.file(PATH) == before
    (pull,) = pulls_from(world, f"hotfix/rollback-{task['merge_sha']}")
    assert pull["merge_commit_sha"] == world.history()[0]
    # Our account may not jump the queue, and is put behind the others then.
    assert operations(world)[len(asked) :].count(ENQUEUED) == 2
