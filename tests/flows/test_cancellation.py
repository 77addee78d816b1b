"""A task can be cancelled from the API and from Prefect until it is merged."""

import pytest

from tests.loopback import loopback
from tests.until import until
from tests.world import World

pytestmark = pytest.mark.xdist_group("world")


def wait_for_stage(world: World, task_id: str, stage: str) -> None:
    """Wait until a task has come to a stage."""
    until(lambda: world.task(task_id), lambda task: task.get("stage") == stage, timeout_s=20)


def assert_cancelled(world: World, task_id: str) -> None:
    """Ended as cancelled, its pull request closed, its branch gone, nothing merged."""
    task = world.wait(task_id)
    assert (task["status"], task["failure_kind"]) == ("error", "cancelled"), task
    assert [pull["state"] for pull in world.pull_requests(task_id)] == ["closed"]
    assert world.merges(task_id) == []
    assert world.branches(task_id) == []


def test_the_api_cancels_a_task_that_waits_for_its_checks(world: World) -> None:
    with world.latency(ci_ms=9_000):
        task_id = world.ask("Which events does the webhook need?").json()["task_id"]
        wait_for_stage(world, task_id, "checking")
        answer = loopback.delete(f"{world.addresses.api}/api/agent/tasks/{task_id}")
        assert answer.status_code == 202
        assert_cancelled(world, task_id)
    assert world.prefect_state(task_id)["type"] == "CANCELLED"


def test_cancelling_a_run_in_prefect_cancels_its_task(world: World) -> None:
    with world.latency(ci_ms=9_000):
        task_id = world.ask("How are entries kept in order?").json()["task_id"]
        wait_for_stage(world, task_id, "checking")
        world.set_prefect_state(task_id, "CANCELLING")
        assert_cancelled(world, task_id)
    assert world.prefect_state(task_id)["type"] == "CANCELLED"


def test_a_settled_task_cannot_be_cancelled(world: World) -> None:
    task = world.settle("How do I install the workflows?")
    answer = loopback.delete(f"{world.addresses.api}/api/agent/tasks/{task['task_id']}")
    assert answer.status_code == 409
    assert world.task(task["task_id"])["status"] == task["status"]
