"""An agent that the loop has never heard of goes the whole road, and back."""

from typing import Any

import httpx
import pytest

from shiploop.stores import keys
from tests.loopback import loopback
from tests.rolling import assert_told_once, ended, redis_of, site_is_well
from tests.toy_agent.agent import PATH
from tests.world import World

pytestmark = [pytest.mark.xdist_group("toy-world"), pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def world(toy_world: World) -> World:
    return toy_world


def note(world: World, line: str) -> httpx.Response:
    return loopback.post(f"{world.addresses.api}/api/agent/notes", json={"line": line})


def settle(world: World, line: str) -> dict[str, Any]:
    return world.wait(note(world, line).raise_for_status().json()["task_id"])


def test_its_change_is_merged_deployed_and_seen(world: World) -> None:
    task = settle(world, "The first line")
    assert (task["status"], task["question"]) == ("done", "The first line"), task
    assert world.file(PATH).endswith("\n\nThe first line\n")
    assert world.changed_paths(task["merge_sha"]) == [PATH]
    assert task["entry_url"] == f"{world.addresses.site}/docs/notes"
    (pull,) = world.github("/pulls", state="all", head=f"acme:orchestrator/notes-{task['task_id']}")
    assert pull["title"] == "Note - The first line"
    assert f"trace-id: {task['task_id']}" in pull["body"]


def test_what_breaks_production_is_taken_back(world: World) -> None:
    kept = settle(world, "This line stays")
    before = world.file(PATH)
    assert kept["status"] == "done"
    with world.fault("bad_deploy"):
        task = settle(world, "This line goes")
        assert (task["status"], task["failure_kind"]) == ("error", "unhealthy_deploy"), task
        task = ended(world, task, "healthy")
    assert world.file(PATH) == before
    assert site_is_well(world)
    assert_told_once(world, task)
    suggested = settle(world, "This line has to wait")
    assert (suggested["status"], suggested["level"]) == ("waiting", "suggest")
    assert "one was rolled back" in suggested["reasons"][-1]
    with redis_of(world) as redis:
        redis.delete(keys.AUTONOMY)


def test_it_is_asked_for_once_and_declines_in_its_own_words(world: World) -> None:
    first, again = note(world, "Asked twice"), note(world, "asked TWICE")
    assert (first.status_code, again.status_code) == (202, 200)
    assert again.json()["task_id"] == first.json()["task_id"]
    assert world.wait(first.json()["task_id"])["status"] == "done"
    for line, reason in (
        ("Nothing at all", "there is nothing to note"),
        ("A secret of ours", "a note must not speak of a secret"),
    ):
        task = settle(world, line)
        assert (task["status"], task["reason"]) == ("declined", reason)


def test_what_it_does_not_take_is_refused_at_the_door(world: World) -> None:
    for body in ({"line": "<b>"}, {"line": 7}, {}, {"line": "x", "more": 1}):
        answer = loopback.post(f"{world.addresses.api}/api/agent/notes", json=body)
        assert answer.status_code == 422
    routes = loopback.get(f"{world.addresses.api}/openapi.json").json()["paths"]
    assert {"/api/agent/faq", "/api/agent/notes"} <= routes.keys()


def test_prefect_starts_it_by_agent_and_request(world: World) -> None:
    run_id = world.start_prefect_run(
        "closed-loop", agent="notes", request={"line": "From the interface"}
    )
    task = world.wait_for_task(run_id)
    assert (task["status"], task["question"]) == ("done", "From the interface")


def test_its_tasks_are_counted_by_its_name(world: World) -> None:
    agents = loopback.get(f"{world.addresses.api}/api/metrics/agent").json()["agents"]
    assert agents["notes"]["success_count"] >= 1
    assert agents["faq"]["success_count"] >= 1
