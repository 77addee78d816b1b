"""A branch that asks for a deployment before a merge: waited for as checks are."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis

from shiploop.stores.intake import Accepted, Intake
from tests.builders import a_request
from tests.rolling import redis_of
from tests.rules import MERGE, ask, operations, pulls, ruleset, settled
from tests.stacks import PATIENT_DEADLINE_S
from tests.until import until, wait_until
from tests.world import World

pytestmark = [pytest.mark.xdist_group("rules-world"), pytest.mark.timeout(300)]

_QUEUE_LIMIT = 100


@pytest.fixture(scope="module")
def asking(rules_world: World) -> Iterator[World]:
    """The stack, while main asks for a deployment to staging."""
    with ruleset(rules_world, "required_deployments", required_deployment_environments=["staging"]):
        yield rules_world


@pytest.fixture
def world(asking: World) -> World:
    """Named as what is forgiven after each test."""
    return asking


@pytest.fixture
def redis(world: World) -> Iterator[Redis]:
    with redis_of(world) as client:
        yield client


def deploy(world: World, pull: dict[str, Any], *states: str) -> None:
    """Say of a deployment of the head how it goes."""
    asked = {"ref": pull["head"]["sha"], "environment": "staging", "auto_merge": False}
    made = world.write_as_person("POST", "/deployments", **asked, required_contexts=[])
    for state in states:
        world.write_as_person("POST", f"/deployments/{made['id']}/statuses", state=state)


def green(world: World, task_id: str) -> dict[str, Any]:
    """The pull request of a task, once all of its checks have passed."""
    (pull,) = until(lambda: pulls(world, task_id), bool, timeout_s=30)
    path = f"/commits/{pull['head']['sha']}/check-runs"

    def has_passed() -> bool:
        runs = world.github(path)["check_runs"]
        return any((run["name"], run["conclusion"]) == ("faq-gate", "success") for run in runs)

    wait_until(has_passed, timeout_s=30)
    return dict(pull)


def test_a_task_is_merged_once_its_head_is_deployed(world: World) -> None:
    before = operations(world)
    task_id = ask(world, "Deployed beforehand")
    pull = green(world, task_id)
    deploy(world, pull, "in_progress")
    assert world.task(task_id)["stage"] == "checking"
    deploy(world, pull, "in_progress", "success")
    task = settled(world, task_id)
    assert task["status"] == "done", task
    assert operations(world)[len(before) :].count(MERGE) == 1


def test_a_deployment_that_fails_ends_a_task_as_red_checks_do(world: World) -> None:
    task_id = ask(world, "Deployed in vain")
    pull = green(world, task_id)
    deploy(world, pull, "failure")
    task = settled(world, task_id)
    assert (task["status"], task["failure_kind"]) == ("error", "ci_failed"), task
    assert task["error"] == "checks failed: the deployment to staging"


def test_what_is_never_deployed_ends_at_its_deadline(world: World, redis: Redis) -> None:
    asked_at = datetime.now(UTC) - timedelta(seconds=PATIENT_DEADLINE_S - 12)
    task_id = str(uuid.uuid4())
    request = a_request("Where do I see what a runner does?")
    accepted = Intake(redis).accept(task_id, request, asked_at, _QUEUE_LIMIT)
    assert accepted == Accepted(task_id, duplicate=False)
    task = settled(world, task_id)
    assert (task["status"], task["failure_kind"]) == ("error", "ci_timeout"), task
    assert "the deployment to staging, had not ended by the deadline" in task["error"]
