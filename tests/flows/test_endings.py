"""How a task ends whose merge is held up, or whose answer never shows: named, and tidied up."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis

from shiploop.stores.freeze import Freeze
from shiploop.stores.intake import Accepted, Intake
from tests.builders import a_request
from tests.stacks import TASK_DEADLINE_S
from tests.until import wait_until
from tests.world import World

pytestmark = pytest.mark.xdist_group("world")
_QUEUE_LIMIT = 100


@pytest.fixture
def redis(world: World) -> Iterator[Redis]:
    """The Redis of the running stack."""
    with Redis.from_url(
        world.addresses.redis, decode_responses=True, legacy_responses=False
    ) as client:
        yield client


@pytest.fixture
def freeze(redis: Redis) -> Iterator[Freeze]:
    """The freeze of the running stack, lifted after the test."""
    found = Freeze(redis)
    yield found
    found.lift()


def accept_long_ago(redis: Redis, question: str, left_s: float) -> str:
    """Put a task on the queue that has only so much left until its deadline."""
    asked_at = datetime.now(UTC) - timedelta(seconds=TASK_DEADLINE_S - left_s)
    task_id = str(uuid.uuid4())
    accepted = Intake(redis).accept(task_id, a_request(question), asked_at, _QUEUE_LIMIT)
    assert accepted == Accepted(task_id, duplicate=False)
    return task_id


def assert_merged_all_the_same(world: World, task: dict[str, Any], kind: str) -> None:
    """An error, and yet the one merge is known, counted in the TTE, and its branch is gone."""
    assert (task["status"], task["failure_kind"]) == ("error", kind), task
    assert task["state"] == "merged"
    assert world.merges(task["task_id"]) == [task["merge_sha"]]
    assert 0 < task["tte_ms"] < TASK_DEADLINE_S * 1000
    (pull,) = world.pull_requests(task["task_id"])
    assert pull["merged_at"] is not None
    assert world.branches(task["task_id"]) == []


def assert_nothing_left(world: World, task: dict[str, Any], kind: str, before: str) -> None:
    """An error with nothing merged, and neither an open pull request nor a branch."""
    assert (task["status"], task["failure_kind"]) == ("error", kind), task
    assert "tte_ms" not in task
    assert {pull["state"] for pull in world.pull_requests(task["task_id"])} <= {"closed"}
    assert world.merges(task["task_id"]) == []
    assert world.branches(task["task_id"]) == []
    assert world.document() == before


def test_a_freeze_that_outlasts_the_task_ends_it_unmerged(
    world: World, redis: Redis, freeze: Freeze
) -> None:
    before = world.document()
    freeze.set("the error budget is spent", "ada")
    task = world.wait(accept_long_ago(redis, "What does a merge freeze do?", left_s=6))
    assert_nothing_left(world, task, "frozen", before)
    assert "the error budget is spent" in task["error"]
    assert len(world.pull_requests(task["task_id"])) == 1


def test_a_freeze_that_is_lifted_in_time_only_delays(world: World, freeze: Freeze) -> None:
    freeze.set("somebody looks into it", "ada")
    task_id = world.ask("How do I lift the merge freeze?").raise_for_status().json()["task_id"]
    wait_until(lambda: world.task(task_id).get("stage") == "merging")
    assert world.merges(task_id) == []
    freeze.lift()
    task = world.wait(task_id)
    assert task["status"] == "done", task
    assert world.merges(task_id) == [task["merge_sha"]]


def test_a_frozen_task_can_be_cancelled(world: World, redis: Redis, freeze: Freeze) -> None:
    before = world.document()
    freeze.set("somebody looks into it", "ada")
    task_id = world.ask("How does a freeze end?").raise_for_status().json()["task_id"]
    wait_until(lambda: world.task(task_id).get("stage") == "merging")
    world.set_prefect_state(task_id, "CANCELLING")
    assert_nothing_left(world, world.wait(task_id), "cancelled", before)


def test_a_task_that_is_too_old_when_it_is_taken_is_not_begun(world: World, redis: Redis) -> None:
    before = world.document()
    task = world.wait(accept_long_ago(redis, "What is the deploy gate?", left_s=-1))
    assert_nothing_left(world, task, "deadline", before)
    assert world.pull_requests(task["task_id"]) == []


def test_a_merge_that_never_goes_live_is_an_error_and_stays_merged(world: World) -> None:
    with world.fault("deploy_never_live"):
        task = world.settle("Where do I see what a runner does?")
    assert_merged_all_the_same(world, task, "never_live")
    assert "entry_url" not in task
    settled_at, merged_at = (
        datetime.fromisoformat(task[name]) for name in ("settled_at", "merged_at")
    )
    assert settled_at - merged_at >= timedelta(seconds=TASK_DEADLINE_S)


def test_an_answer_that_cannot_be_seen_is_an_error_and_stays_merged(world: World) -> None:
    with world.fault("stale_pages"):
        task = world.settle("How does the health check probe the site?")
    assert_merged_all_the_same(world, task, "unverified")
    assert "entry_url" not in task
    assert "verifying" in task["stages_ms"]
