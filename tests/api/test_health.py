"""`/healthz` over HTTP: whether questions can be taken and worked on."""

from datetime import UTC, datetime

import httpx
from redis import Redis

from shiploop.stack.addresses import free_port
from shiploop.stores.heartbeats import Heartbeats
from tests.api.conftest import Serve


def test_without_a_runner_it_is_unavailable(api: httpx.Client) -> None:
    answer = api.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["status"] == "unavailable"
    assert answer.json()["dependencies"] == {
        "redis": "ok",
        "runners": "none alive",
        "site": "away",
    }


def test_with_a_living_runner_it_is_ok_although_the_site_is_away(
    api: httpx.Client, redis: Redis
) -> None:
    Heartbeats(redis).beat("host-1", datetime.now(UTC), "ready", 0)
    answer = api.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "dependencies": {"redis": "ok", "runners": "ok", "site": "away"},
    }


def test_without_redis_it_is_unavailable(serve: Serve) -> None:
    answer = serve(redis_url=f"redis://127.0.0.1:{free_port()}").get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["dependencies"] == {
        "redis": "away",
        "runners": "unknown",
        "site": "away",
    }
