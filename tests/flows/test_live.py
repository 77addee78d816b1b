"""What counts as live, through the whole stack: each word of the platform with its right end."""

from typing import Any

import pytest
from redis import Redis

from shiploop.stores import keys
from tests.loopback import loopback
from tests.rolling import (
    assert_told_once,
    clear_faults,
    ended,
    said,
    set_faults,
    site_is_well,
)
from tests.until import wait_until
from tests.world import World

pytestmark = [pytest.mark.xdist_group("guarded-world"), pytest.mark.timeout(180)]


def failed(world: World, question: str, failure_kind: str) -> dict[str, Any]:
    task = world.settle(question)
    assert (task["status"], task.get("failure_kind")) == ("error", failure_kind), task
    assert task["state"] == "merged"
    return task


def environments(world: World, sha: str) -> list[str]:
    return [one["environment"] for one in world.github("/deployments", sha=sha)]


def test_a_preview_that_is_ready_first_is_not_production(rolling: World) -> None:
    with rolling.latency(ci_ms=0, deploy_ms=1500), rolling.fault("wrong_environment"):
        task = rolling.settle("How do I see which commit is live?")
    assert task["status"] == "done", task
    assert task["stages_ms"]["deploying"] >= 1000
    assert environments(rolling, task["merge_sha"]) == ["production", "Preview"]


def test_a_success_that_is_told_before_the_site_has_switched_is_waited_out(
    rolling: World,
) -> None:
    with rolling.latency(ci_ms=0, deploy_ms=1500), rolling.fault("deploy_told_early"):
        task = rolling.settle("What is written to the task record?")
    assert task["status"] == "done", task
    assert task["stages_ms"]["deploying"] >= 1000


def test_a_preview_does_not_hide_that_the_deploy_is_bad(rolling: World, redis: Redis) -> None:
    before = rolling.document()
    with rolling.latency(ci_ms=0, deploy_ms=1000):
        set_faults(rolling, wrong_environment=1, bad_deploy=1)
        task = failed(rolling, "How are secrets handled in logs?", "unhealthy_deploy")
        task = ended(rolling, task, "healthy")
    assert rolling.document() == before
    assert site_is_well(rolling)
    assert_told_once(rolling, task)


def test_a_build_that_fails_is_taken_back_at_once_and_names_its_log(
    rolling: World, redis: Redis
) -> None:
    before = rolling.document()
    with rolling.latency(ci_ms=0), rolling.fault("deploy_failed"):
        task = failed(rolling, "What does the metrics page show?", "deploy_failed")
        task = ended(rolling, task, "healthy")
    assert f"{rolling.addresses.site}/builds/{task['merge_sha']}" in task["error"]
    assert task["stages_ms"]["deploying"] < 5000
    assert rolling.document() == before
    assert_told_once(rolling, task)
    assert not redis.exists(keys.FREEZE)


def test_a_skipped_build_is_told_once_however_many_there_are(rolling: World) -> None:
    before = len(incidents(rolling))
    with rolling.latency(ci_ms=0), rolling.fault("deploy_skipped", times=2):
        for question in ("How do I rotate a token?", "How long are runs kept?"):
            task = failed(rolling, question, "deploy_skipped")
            assert "skipped the deploy" in task["error"]
    assert len(incidents(rolling)) == before + 1


def test_production_that_is_pinned_stops_merges_until_it_is_let_go(
    rolling: World, redis: Redis
) -> None:
    with rolling.latency(ci_ms=0), rolling.fault("deploy_pinned"):
        task = failed(rolling, "How is an incident ended?", "never_live")
    assert "production is pinned to" in task["error"]
    assert redis.hget(keys.FREEZE, "owner") == f"pinned:{task['merge_sha']}"
    assert any("production is pinned" in text for text in said(rolling))
    clear_faults(rolling)
    page = "# Unpinned\n\nThe platform deploys again.\n"
    sha = rolling.commit_as_person(page, path="docs/unpinned.md")
    wait_until(lambda: live_sha(rolling) == sha)
    rolling.wait_for_prefect_state(rolling.start_prefect_run("health-check"))
    assert not redis.exists(keys.FREEZE)


def live_sha(world: World) -> str:
    return str(loopback.get(f"{world.addresses.site}/healthz").json()["sha"])


def incidents(world: World) -> list[Any]:
    return list(world.github("/issues", state="all", labels="incident"))
