"""The promises of the rollback, each through the whole stack."""

from typing import Any

import pytest
from redis import Redis

from shiploop.agents.faq.document.document import entries, find, remove
from shiploop.stores import keys
from tests.builders import a_question
from tests.rolling import (
    approve,
    assert_told_once,
    clear_faults,
    ended,
    issues,
    pulls_from,
    rollback_pulls,
    said,
    set_faults,
    site_is_well,
)
from tests.until import wait_until
from tests.world import World

pytestmark = [pytest.mark.xdist_group("guarded-world"), pytest.mark.timeout(180)]


def assert_rolled_back(world: World, redis: Redis, task: dict[str, Any], before: str) -> None:
    """Production is as if the merge had never been, and people know why, once."""
    assert (task["status"], task["failure_kind"]) == ("error", "unhealthy_deploy"), task
    assert task["state"] == "merged"
    task = ended(world, task, "healthy")
    assert world.document() == before
    assert site_is_well(world)
    assert 0 < task["trb_ms"] <= 30_000
    assert_told_once(world, task)
    assert not redis.exists(keys.FREEZE)


def test_a_bad_deploy_is_undone_verified_and_told_once(rolling: World, redis: Redis) -> None:
    before = rolling.document()
    with rolling.fault("bad_deploy"), rolling.latency(ci_ms=0):
        task = rolling.settle("How do I deploy to production?")
        assert_rolled_back(rolling, redis, task, before)


@pytest.mark.parametrize(
    ("faults", "question"),
    [
        ({"webhooks_lost": None}, "Which ports does the stack use?"),
        ({"slack_down": 2, "github_503": 2}, "How do I cancel a task?"),
        ({"open_applied_then_502": 2}, "What is one id everywhere?"),
        ({"merge_applied_then_500": 2}, "What does a rollback take back?"),
    ],
)
def test_a_rollback_rides_out_what_passes_by_itself(
    rolling: World, redis: Redis, faults: dict[str, int | None], question: str
) -> None:
    before = rolling.document()
    set_faults(rolling, bad_deploy=1, **faults)
    try:
        task = rolling.settle(question)
        assert_rolled_back(rolling, redis, task, before)
    finally:
        clear_faults(rolling)


def test_blips_of_a_healthy_site_undo_nothing(rolling: World) -> None:
    with rolling.fault("flaky_health", times=3):
        task = rolling.settle("How are webhooks verified?")
    assert task["status"] == "done", task
    assert "rollback" not in task


@pytest.mark.parametrize(
    ("mode", "reason", "question"),
    [
        ("shadow", "would have rolled back", "What is the error budget?"),
        ("off", "switched off", "What is Phase 10?"),
        ("banana", "cannot be read", "What happens when the queue is full?"),
    ],
)
def test_where_rollback_is_not_on_there_is_only_an_incident(
    rolling: World, redis: Redis, mode: str, reason: str, question: str
) -> None:
    before = rolling.document()
    redis.set(keys.ROLLBACK_MODE, mode)
    with rolling.fault("bad_deploy"):
        task = rolling.settle(question)
    assert (task["status"], task["failure_kind"]) == ("error", "unhealthy_deploy"), task
    assert reason in task["error"]
    assert rolling.document() != before
    assert not redis.exists(keys.FREEZE)
    # Whoever saw it first, the task or the scheduled health check, is opening it.
    wait_until(lambda: len(issues(rolling, task["merge_sha"])) == 1)
    (issue,) = issues(rolling, task["merge_sha"])
    assert {label["name"] for label in issue["labels"]} == {"P0", "incident"}
    undo_by_the_health_check(rolling, redis, task, before)


def undo_by_the_health_check(world: World, redis: Redis, task: dict[str, Any], before: str) -> None:
    """Switched on again, two health checks at once see the same, and undo it once."""
    redis.set(keys.ROLLBACK_MODE, "approval")  # or the first heals what the second is to see
    for run in [world.start_prefect_run("health-check") for _ in range(2)]:
        assert world.wait_for_prefect_state(run)["type"] == "FAILED"
    approve(world)
    task = ended(world, task, "healthy")
    redis.delete(keys.ROLLBACK_MODE)
    # The rollback itself ends the incident, long before the next scheduled health check.
    wait_until(lambda: not redis.exists(keys.incident("production")), timeout_s=10)
    assert world.document() == before
    assert len(pulls_from(world, f"hotfix/rollback-{task['merge_sha']}")) == 1
    assert_health_check_is_content(world)


def assert_health_check_is_content(world: World) -> None:
    """A health check that is started now finds production healthy."""
    run = world.wait_for_prefect_state(world.start_prefect_run("health-check"))
    assert run["name"] == "Healthy"


@pytest.mark.parametrize(
    ("fault", "question", "kept"),
    [
        # On main, at the very same place: what somebody else has merged stays.
        ("conflict", "How do I deploy to production?", 1),
        # On the rollback's own branch, where nobody else has any business.
        ("head_moved", "How do I take my data along?", 0),
    ],
)
def test_a_rollback_that_cannot_be_merged_as_it_was_written_is_written_again(
    rolling: World, redis: Redis, fault: str, question: str, kept: int
) -> None:
    before = rolling.document()
    redis.set(keys.ROLLBACK_MODE, "approval")
    with rolling.fault("bad_deploy"):
        task = rolling.settle(question)
    wait_until(lambda: rolling.task(task["task_id"]).get("rollback") == "waiting_for_approval")
    with rolling.fault(fault):
        approve(rolling)
        ended(rolling, task, "healthy")
    after = rolling.document()
    assert find(after, a_question(question).hash) is None
    assert after.count("in the meantime") == before.count("in the meantime") + kept
    (pull,) = pulls_from(rolling, f"hotfix/rollback-{task['merge_sha']}")
    assert pull["merged_at"] is not None
    assert site_is_well(rolling)
    assert not redis.exists(keys.FREEZE)


def test_a_person_approves_a_rollback_and_what_was_merged_since_stays(
    rolling: World, redis: Redis
) -> None:
    redis.set(keys.ROLLBACK_MODE, "approval")
    before = rolling.document()
    with rolling.fault("bad_deploy"):
        task = rolling.settle("How do I integrate the API?")
    wait_until(lambda: rolling.task(task["task_id"]).get("rollback") == "waiting_for_approval")
    wait_until(lambda: redis.xlen(keys.FLOW_QUEUE) == 0)  # or its deliveries would be counted
    redis.delete(keys.FREEZE)  # somebody is impatient
    since = rolling.settle("How do I take my data along?")
    assert (since["status"], since["failure_kind"]) == ("error", "unhealthy_deploy")
    assert since["state"] == "merged"
    approve(rolling)
    task = ended(rolling, task, "healthy")
    after = rolling.document()
    (kept,) = [one for one in entries(after) if one.trace_id == since["task_id"]]
    assert remove(after, kept.question_hash) == before
    assert site_is_well(rolling)


def heal_by_hand(world: World, document: str) -> None:
    """Commit a page with which production is well, and have the health check see it."""
    world.commit_as_person(document)
    wait_until(lambda: site_is_well(world))
    assert_health_check_is_content(world)


def test_what_a_person_has_broken_is_never_undone_by_us(rolling: World, redis: Redis) -> None:
    before, opened = rolling.document(), len(rollback_pulls(rolling))
    with rolling.fault("bad_deploy"):
        sha = rolling.commit_as_person(f"{before}\nA person's word.\n")
        wait_until(lambda: not site_is_well(rolling))
    run = rolling.wait_for_prefect_state(rolling.start_prefect_run("health-check"))
    assert run["name"] == "Unhealthy"
    assert "not merged by us" in run["message"]
    # Whichever health check saw it first, this one or the scheduled one, is opening it.
    wait_until(lambda: len(issues(rolling, sha)) == 1)
    assert len(rollback_pulls(rolling)) == opened
    assert not redis.exists(keys.FREEZE)
    heal_by_hand(rolling, before)
    assert said(rolling)[-1].startswith("✅ Production is healthy again")


def test_what_a_rollback_does_not_heal_stays_frozen_and_says_so(
    rolling: World, redis: Redis
) -> None:
    with rolling.fault("bad_deploy", times=2):
        task = rolling.settle("What does a merge freeze do?")
        task = ended(rolling, task, "unhealthy")
    assert "production is not healthy after the rollback" in task["rollback_reason"]
    assert redis.hget(keys.FREEZE, "owner") == f"rollback:{task['merge_sha']}"
    (issue,) = issues(rolling, task["merge_sha"])
    assert "git revert" in issue["body"]
    assert pulls_from(rolling, f"reapply/{task['merge_sha']}") == []
    heal_by_hand(rolling, rolling.document())
