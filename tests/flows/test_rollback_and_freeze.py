"""Merges behind the freeze of a rollback: they wait, and cannot be in its way."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis

from shiploop.agents.faq.document.document import remove
from shiploop.stores import keys
from shiploop.stores.intake import Accepted, Intake
from tests.builders import a_question, a_request
from tests.rolling import (
    approve,
    ended,
    pulls_from,
    site_is_well,
)
from tests.stacks import PATIENT_DEADLINE_S
from tests.until import wait_until
from tests.world import World

pytestmark = [pytest.mark.xdist_group("guarded-world"), pytest.mark.timeout(180)]

_QUEUE_LIMIT = 100


def a_rollback_that_waits(world: World, redis: Redis, question: str) -> dict[str, Any]:
    """A bad merge whose rollback has frozen all others, until a person approves it."""
    redis.set(keys.ROLLBACK_MODE, "approval")
    with world.fault("bad_deploy"):
        bad = world.settle(question)
    wait_until(
        lambda: world.task(bad["task_id"]).get("rollback") == "waiting_for_approval",
        PATIENT_DEADLINE_S,
    )
    assert redis.hget(keys.FREEZE, "owner") == f"rollback:{bad['merge_sha']}"
    return bad


def accept_long_ago(redis: Redis, question: str, left_s: float) -> str:
    """Put a task on the queue that has only so much left until its deadline."""
    asked_at = datetime.now(UTC) - timedelta(seconds=PATIENT_DEADLINE_S - left_s)
    task_id = str(uuid.uuid4())
    accepted = Intake(redis).accept(task_id, a_request(question), asked_at, _QUEUE_LIMIT)
    assert accepted == Accepted(task_id, duplicate=False)
    return task_id


def stages(world: World, task_ids: list[str]) -> list[str]:
    """Where each of these tasks is: its stage, or its status while it has none."""
    tasks = [world.task(task_id) for task_id in task_ids]
    return [task.get("stage") or task["status"] for task in tasks]


def test_a_rollback_gets_its_slot_though_waiting_merges_hold_all_and_then_they_go_on(
    rolling: World, redis: Redis
) -> None:
    document = rolling.document()
    bad = a_rollback_that_waits(rolling, redis, "How do I deploy to production?")
    questions = (
        "How do I delete data?",
        "Which service level objectives are there?",
        "What triggers a rollback?",
    )
    asked = [rolling.ask(one).raise_for_status().json()["task_id"] for one in questions]
    wait_until(
        lambda: sorted(stages(rolling, asked)) == ["merging", "merging", "queued"],
        PATIENT_DEADLINE_S,
    )
    approve(rolling)
    ended(rolling, bad, "healthy")
    tasks = [rolling.wait(task_id) for task_id in asked]
    assert [task["status"] for task in tasks] == ["done"] * len(tasks), tasks
    (pull,) = pulls_from(rolling, f"hotfix/rollback-{bad['merge_sha']}")
    on_main = rolling.history()
    merged_after_it = on_main[: on_main.index(pull["merge_commit_sha"])]
    assert set(merged_after_it) == {task["merge_sha"] for task in tasks}
    after = rolling.document()
    for question in questions:
        after = remove(after, a_question(question).hash)
    assert after == document
    assert not redis.exists(keys.FREEZE)


def test_merges_that_a_rollback_keeps_waiting_until_their_deadline_end_as_frozen(
    rolling: World, redis: Redis
) -> None:
    before = rolling.document()
    bad = a_rollback_that_waits(rolling, redis, "How does a runner hold a lease?")
    late = [
        accept_long_ago(redis, question, left_s=7)
        for question in ("What does the queue hold?", "Which rollback modes are there?")
    ]
    for task in [rolling.wait(task_id) for task_id in late]:
        assert (task["status"], task["failure_kind"]) == ("error", "frozen"), task
        assert bad["merge_sha"][:12] in task["error"]
        assert rolling.merges(task["task_id"]) == []
        assert [pull["state"] for pull in rolling.pull_requests(task["task_id"])] == ["closed"]
        assert rolling.branches(task["task_id"]) == []
    approve(rolling)
    ended(rolling, bad, "healthy")
    assert rolling.document() == before
    assert site_is_well(rolling)
    assert not redis.exists(keys.FREEZE)
