"""Branches and pull requests as they are set, and what is under way when that changes."""

import uuid
from datetime import UTC, datetime
from functools import partial

import pytest

from shiploop.domain.delivery.task import TaskRequest
from shiploop.stores import keys
from shiploop.stores.intake import Intake
from tests.rolling import ended, pulls_from, redis_of
from tests.toy_agent.agent import PATH
from tests.until import until
from tests.world import World

pytestmark = [pytest.mark.xdist_group("house-world"), pytest.mark.timeout(180)]


def settled_pull(world: World, task_id: str, branch: str) -> str:
    """The sha of the merge of a task, which must have gone by this branch and left none."""
    task = world.wait_for_task(task_id)
    assert task["status"] == "done", task
    (pull,) = pulls_from(world, branch)
    assert pull["html_url"] == task["pr_url"]
    assert world.branches(task_id) == []
    return str(task["merge_sha"])


def test_answers_and_rollbacks_are_on_branches_with_the_names_that_are_set(
    house_world: World,
) -> None:
    before = house_world.file(PATH)
    task_id = house_world.ask_of("notes", line="On a branch of the bot")
    sha = settled_pull(house_world, task_id, f"bot/notes-{task_id}")
    house_world.start_prefect_run("rollback", task_id=task_id)
    ended(house_world, house_world.task(task_id), "healthy")
    (pull,) = pulls_from(house_world, f"bot/undo-rollback-{sha}")
    assert pull["merged_at"] is not None
    assert house_world.file(PATH) == before
    for branch in (f"bot/notes-{task_id}", f"bot/undo-rollback-{sha}", f"reapply/{sha}"):
        (pull,) = until(partial(pulls_from, house_world, branch), bool)
        assert pull["body"].startswith("## What\n\n")
        assert "\n\n- [x] It is read\n\n" in pull["body"]


@pytest.mark.parametrize("version", ["names its branch", "of before there were names"])
def test_a_task_that_is_under_way_keeps_its_branch_when_another_name_is_set(
    house_world: World, version: str
) -> None:
    task_id, line = str(uuid.uuid4()), f"Begun before and {version}"
    asked = TaskRequest("notes", {"line": line}, line, line)
    with redis_of(house_world) as redis:
        Intake(redis).accept(task_id, asked, datetime.now(UTC), limit=100)
        if version != "names its branch":
            redis.hdel(keys.task(task_id), "branch_prefix")
    settled_pull(house_world, task_id, f"orchestrator/notes-{task_id}")
