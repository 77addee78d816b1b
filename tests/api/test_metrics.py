"""The numbers over HTTP: the RFC's shape, exact days and ranges, and Prometheus' own words."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from prometheus_client.parser import text_string_to_metric_families as parse_plain_text
from redis import Redis

from shiploop.domain.objectives.measurement import Measurement
from tests.counting import count

DAY = datetime(2026, 11, 22, 12, tzinfo=UTC)
RFC_FIELDS = {  # 5.3.4
    "date": str,
    "total_tasks": int,
    "success_count": int,
    "failure_count": int,
    "success_rate_percent": float,
    "tte_ms": {"p50": int, "p95": int, "p99": int},
    "slo_met": {"tte_under_60s": bool, "success_rate_above_99": bool},
}


def settled(redis: Redis, tte_ms: int | None, at: datetime = DAY, **good: bool) -> None:
    """Count a task: done with this TTE, or failed without one."""
    status = "error" if tte_ms is None else "done"
    task_id = f"{at}-{redis.incr('test:tasks')}"
    durations = {} if tte_ms is None else {"tte": tte_ms, "tte:faq": tte_ms, "stage:drafting": 7}
    counts = (f"status:{status}", f"agent:faq:{status}", "tte-bucket:5", "generator:extractive")
    kinds = ("failure:ci_failed",) if tte_ms is None else ()
    measured = Measurement(task_id, at, (*counts, *kinds), durations, good)
    count(redis, measured)


def shape(answer: dict[str, Any]) -> dict[str, Any]:
    return {
        name: shape(value) if isinstance(value, dict) else type(value)
        for name, value in answer.items()
    }


def read(api: httpx.Client, **asked: str) -> dict[str, Any]:
    answer = api.get("/api/metrics/agent", params=asked)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_day_has_the_rfcs_shape_exactly(api: httpx.Client, redis: Redis) -> None:
    settled(redis, 1000)
    told = read(api, date="20261122")
    assert shape({name: told[name] for name in RFC_FIELDS}) == RFC_FIELDS


def test_a_day_tells_what_settled_on_it(api: httpx.Client, redis: Redis) -> None:
    for tte_ms in (3000, 1000, 2000, None):
        settled(redis, tte_ms)
    settled(redis, 9000, DAY + timedelta(days=1))
    told = read(api, date="20261122")
    assert told["date"] == told["from"] == told["to"] == "20261122"
    assert (told["total_tasks"], told["success_count"], told["failure_count"]) == (4, 3, 1)
    assert told["success_rate_percent"] == 75.0
    assert told["tte_ms"] == {"p50": 2000, "p95": 3000, "p99": 3000}
    assert told["slo_met"] == {"tte_under_60s": True, "success_rate_above_99": False}
    assert told["failures"] == {"ci_failed": 1}
    assert told["generators"] == {"extractive": 4}
    assert told["stages_ms"]["drafting"] == {"count": 3, "p50": 7, "p95": 7, "p99": 7}
    assert told["agents"]["faq"]["tte_ms"] == told["tte_ms"]
    assert told["agents"]["faq"]["total_tasks"] == 4


def test_a_range_is_all_its_days_together(api: httpx.Client, redis: Redis) -> None:
    for days, tte_ms in ((0, 1000), (1, 2000), (1, 4000), (2, 70_000)):
        settled(redis, tte_ms, DAY + timedelta(days=days))
    told = read(api, **{"from": "20261122", "to": "20261124"})
    assert (told["from"], told["to"], told["total_tasks"]) == ("20261122", "20261124", 4)
    assert told["tte_ms"] == {"p50": 2000, "p95": 70_000, "p99": 70_000}
    assert told["slo_met"]["tte_under_60s"] is False


def test_without_a_day_it_is_today(api: httpx.Client, redis: Redis) -> None:
    now = datetime.now(UTC)
    settled(redis, 1234, now)
    told = read(api)
    assert told["total_tasks"] == 1
    assert told["date"] in {f"{now:%Y%m%d}", f"{datetime.now(UTC):%Y%m%d}"}


def test_an_empty_day_is_noughts(api: httpx.Client) -> None:
    told = read(api, date="20200101")
    assert told["total_tasks"] == 0
    assert told["success_rate_percent"] == 0
    assert told["tte_ms"] == {"p50": 0, "p95": 0, "p99": 0}


def test_the_objectives_say_how_they_stand_and_where_too_little_is_known(
    api: httpx.Client, redis: Redis
) -> None:
    now = datetime.now(UTC)
    for number in range(30):
        settled(redis, 1000 + number, now, **{"success-rate": True, "tte-p95": True})
    slos = {slo["name"]: slo for slo in read(api)["slos"]}
    assert len(slos) == 6
    assert (slos["tte-p95"]["state"], slos["tte-p95"]["value"]) == ("met", 1028)
    assert slos["tte-p95"]["budget_left"] == 1
    assert slos["tte-p99"]["state"] == "too_few"
    assert "value" not in slos["tte-p99"]
    assert slos["ci-pass-rate"]["state"] == "no_data"


@pytest.mark.parametrize(
    "asked",
    [
        {"date": "2026-11-22"},
        {"date": "20260631"},
        {"date": "20261122", "from": "20261122"},
        {"from": "20261123", "to": "20261122"},
        {"from": "20250101", "to": "20261122"},
    ],
)
def test_days_that_there_are_not_are_refused(api: httpx.Client, asked: dict[str, str]) -> None:
    answer = api.get("/api/metrics/agent", params=asked)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_prometheus_reads_the_counters_and_the_histogram(api: httpx.Client, redis: Redis) -> None:
    for tte_ms in (3000, 4000, None):
        settled(redis, tte_ms)
    answer = api.get("/metrics", headers={"accept": "application/openmetrics-text"})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    families = text_string_to_metric_families(
        answer.text  # type: ignore[no-untyped-call]  # the library has no annotations here
    )
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }
    assert samples["shiploop_tasks_total", "done"] == 2
    assert samples["shiploop_tasks_total", "error"] == 1
    assert samples["shiploop_task_failures_total", "ci_failed"] == 1
    assert samples["shiploop_tte_seconds_bucket", "2.0"] == 0
    assert samples["shiploop_tte_seconds_bucket", "5.0"] == 3
    assert samples["shiploop_tte_seconds_sum",] == 7
    assert samples["shiploop_alert_firing", "success-rate-burn-rate"] == 0


def test_prometheus_older_text_format_is_there_as_well(api: httpx.Client) -> None:
    answer = api.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert {family.name for family in parse_plain_text(answer.text)} >= {
        "shiploop_queue_entries",
        "shiploop_runners_alive",
        "shiploop_merges_frozen",
    }
