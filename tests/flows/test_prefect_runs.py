"""Runs that Prefect starts, as its UI and its schedules do, through the same runner."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from tests.until import until
from tests.world import World

pytestmark = pytest.mark.xdist_group("world")


def test_a_run_started_in_prefect_is_a_task_under_its_own_id(world: World) -> None:
    run_id = world.start_prefect_run(
        "closed-loop", question="What does failure_kind ci_failed mean?"
    )
    task = world.wait_for_task(run_id)
    assert task["status"] == "done", task
    assert task["prefect_run_id"] == run_id
    assert len(world.pull_requests(run_id)) == 1
    assert world.prefect_state(run_id)["name"] == "Done"


def test_a_deployment_that_somebody_has_changed_runs_what_a_runner_has(world: World) -> None:
    ours = world.prefect("GET", "/deployments/name/closed-loop/closed-loop")
    elsewhere = {"prefect.deployments.steps.set_working_directory": {"directory": "/nowhere"}}
    changed = {
        "entrypoint": "elsewhere.py:another_flow",
        "path": "/nowhere",
        "pull_steps": [elsewhere],
        "enforce_parameter_schema": False,
    }
    world.change_prefect("PATCH", f"/deployments/{ours['id']}", changed)
    try:
        run_id = world.start_prefect_run("closed-loop", question="What does a work pool do?")
        task = world.wait_for_task(run_id)
    finally:
        before = {name: ours[name] for name in changed}
        world.change_prefect("PATCH", f"/deployments/{ours['id']}", before)
    assert task["question"] == "What does a work pool do?"
    assert task["status"] in ("done", "declined"), task


def test_a_question_asked_already_ends_its_run_as_a_duplicate(world: World) -> None:
    task = world.settle("What does the deploy gate wait for?")
    run_id = world.start_prefect_run("closed-loop", question="what does the deploy gate wait for")
    assert world.wait_for_prefect_state(run_id)["name"] == "Duplicate"
    assert world.task(task["task_id"])["status"] == task["status"]


def test_a_question_that_is_refused_ends_its_run_with_the_reason(world: World) -> None:
    run_id = world.start_prefect_run("closed-loop", question="???")
    state = world.wait_for_prefect_state(run_id)
    assert state["type"] == "FAILED"
    assert "no letter or digit" in state["message"]


def test_the_worker_is_online(world: World) -> None:
    workers = world.prefect("POST", "/work_pools/shiploop/workers/filter", {})
    assert [worker["status"] for worker in workers] == ["ONLINE"]


def test_the_health_check_finds_every_part_well(world: World) -> None:
    run_id = world.start_prefect_run("health-check")
    assert world.wait_for_prefect_state(run_id)["name"] == "Healthy"


def test_the_health_check_is_scheduled_each_minute(world: World) -> None:
    deployment = world.prefect("GET", "/deployments/name/health-check/health-check")
    (schedule,) = deployment["schedules"]
    assert schedule["active"]
    assert schedule["schedule"]["interval"] == 60


def test_only_the_next_minutes_are_planned_so_that_little_is_late_after_a_standstill(
    world: World,
) -> None:
    scheduled = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
    hourly = world.prefect("GET", "/deployments/name/sweep/sweep")["id"]  # few, at any time
    planned = until(
        lambda: [
            run
            for run in world.prefect("POST", "/flow_runs/filter", scheduled)
            if run["deployment_id"] != hourly
        ],
        bool,
    )
    soon = datetime.now(UTC) + timedelta(minutes=5)
    assert all(datetime.fromisoformat(run["expected_start_time"]) < soon for run in planned)


def test_a_run_of_a_task_is_tagged_with_it(world: World) -> None:
    task = world.settle("How is TTE measured?")
    run = world.prefect("GET", f"/flow_runs/{task['prefect_run_id']}")
    assert task["task_id"] in run["tags"]
    assert run["idempotency_key"] == task["task_id"]
    assert run["name"] == "faq: How is TTE measured?"
    assert uuid.UUID(run["deployment_id"])
