"""The numbers of a running stack: a task is in them as soon as it has settled."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis

from shiploop.domain.objectives.measurement import Measurement
from tests.counting import count
from tests.loopback import loopback
from tests.until import wait_until
from tests.world import World

pytestmark = pytest.mark.xdist_group("world")


def numbers(world: World) -> dict[str, Any]:
    told: dict[str, Any] = (
        loopback.get(f"{world.addresses.api}/api/metrics/agent").raise_for_status().json()
    )
    return told


def test_a_task_that_was_shipped_is_counted_once_with_all_its_stages(world: World) -> None:
    before = numbers(world)
    task = world.settle("How is the change taken back?")
    assert task["status"] == "done", task
    after = numbers(world)
    assert after["success_count"] == before["success_count"] + 1
    assert after["failure_count"] == before["failure_count"]
    assert after["generators"]["extractive"] == before["generators"].get("extractive", 0) + 1
    for stage in task["stages_ms"]:
        assert after["stages_ms"][stage]["count"] == before["stages_ms"][stage]["count"] + 1
    with Redis.from_url(world.addresses.redis) as redis:
        days = redis.keys("agent:metrics:tte:????????")
        found = [redis.zscore(day, task["task_id"]) for day in days]
    assert [tte_ms for tte_ms in found if tte_ms is not None] == [task["tte_ms"]]


def test_a_task_that_failed_is_counted_under_its_kind(world: World) -> None:
    before = numbers(world)
    with world.fault("ci_red"):
        task = world.settle("What is stored about the person who asks?")
    assert task["failure_kind"] == "ci_failed", task
    after = numbers(world)
    assert after["failure_count"] == before["failure_count"] + 1
    assert after["failures"]["ci_failed"] == before["failures"].get("ci_failed", 0) + 1
    assert after["ci"]["bad"] == before["ci"]["bad"] + 1


def test_the_rfcs_look_up_of_a_task_finds_it(world: World) -> None:
    task = world.settle("What is without the dashboard?")
    with Redis.from_url(world.addresses.redis) as redis:
        # 3.5: redis-cli HGETALL agent:task:{trace_id}
        found = redis.execute_command("HGETALL", f"agent:task:{task['trace_id']}")
    assert found[b"status"] == task["status"].encode()
    assert found[b"trace_id"] == task["task_id"].encode()
    assert found[b"question"] == b"What is without the dashboard?"


def test_the_rfcs_check_of_the_workers_passes(world: World) -> None:
    with Redis.from_url(world.addresses.redis) as redis:
        # 4.2.2: at least one heartbeat, and none older than 300 s.
        beats = [redis.hgetall(key) for key in redis.scan_iter(b"worker:heartbeat:*")]
    ages_s = [time.time() - float(beat.get(b"last_heartbeat") or b"0") for beat in beats]
    assert ages_s
    assert max(ages_s) <= 300


def test_the_review_runs_each_minute_and_says_what_fires(world: World) -> None:
    deployment = world.prefect("GET", "/deployments/name/slo-review/slo-review")
    (schedule,) = deployment["schedules"]
    assert (schedule["active"], schedule["schedule"]["interval"]) == (True, 60)
    state = world.wait_for_prefect_state(world.start_prefect_run("slo-review"))
    # Other tests fail tasks on purpose, so an alert may well fire.
    assert state["name"] in ("Completed", "Firing")
    firing = {alert["name"] for alert in numbers(world)["alerts"] if alert["state"] == "firing"}
    if state["name"] == "Firing":
        assert firing
        assert all(name in state["message"] for name in firing)


def test_prometheus_can_scrape_the_stack(world: World) -> None:
    text = loopback.get(f"{world.addresses.api}/metrics").raise_for_status().text
    assert "shiploop_runners_alive 1.0" in text
    assert 'shiploop_tasks_total{status="done"}' in text


def test_the_day_that_is_over_is_reviewed_once_in_prefect_and_in_slack(world: World) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    day = f"{yesterday:%Y%m%d}"
    measured = Measurement(
        "yesterday", yesterday, ("status:done",), {"tte": 4321}, {"success-rate": True}
    )
    told = len(said_of(world, "Review of"))
    with Redis.from_url(world.addresses.redis, decode_responses=True) as redis:
        # It is over and empty already, unless midnight came while the tests were running.
        redis.delete(*redis.keys(f"*{day}*"), f"agent:review:1d:{day}")
        count(redis, measured)
        for _ in range(2):
            world.wait_for_prefect_state(world.start_prefect_run("slo-review"))
        assert redis.exists(f"agent:review:1d:{day}")
    written = {"artifacts": {"key": {"any_": ["day-review"]}}}
    wait_until(lambda: bool(world.prefect("POST", "/artifacts/latest/filter", written)))
    (review,) = world.prefect("POST", "/artifacts/latest/filter", written)
    assert f"# Review of {yesterday:%d %B %Y}" in review["data"]
    assert "1 task, 100 % done, TTE P50 4.3 s, 0 rollbacks." in review["data"]
    wait_until(lambda: len(said_of(world, "Review of")) == told + 1)


def said_of(world: World, words: str) -> list[Any]:
    said = loopback.get(f"{world.addresses.github}/_sandbox/slack").raise_for_status().json()
    return [one for one in said if words in str(one)]
