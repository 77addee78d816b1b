"""Each request has an id, over HTTP, and what goes wrong within tells nothing of our inside."""

import uuid

import httpx
import pytest
from redis import Redis

from shiploop.stores import keys
from tests.api.problems import problem_of

TASK = "0d9c9f2e-0000-4000-8000-000000000000"


@pytest.mark.parametrize("given", ["a", "req-1", "a" * 128, str(uuid.UUID(TASK)), "a.b:c/d+e=_"])
def test_a_sane_request_id_is_echoed(api: httpx.Client, given: str) -> None:
    answer = api.get("/openapi.json", headers={"X-Request-ID": given})
    assert answer.headers["x-request-id"] == given


@pytest.mark.parametrize("given", [b"", b"a" * 129, b"a b", b"<script>", b"\xe4", b'"', b"a\tb"])
def test_any_other_request_id_is_replaced(api: httpx.Client, given: bytes) -> None:
    answer = api.get("/openapi.json", headers=[(b"x-request-id", given)])
    assert uuid.UUID(answer.headers["x-request-id"]).version == 4


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("PUT", "/api/agent/faq", 405),
        ("POST", "/api/agent/faq", 422),
        ("GET", f"/api/agent/tasks/{TASK}", 404),
    ],
)
def test_a_refusal_has_a_request_id_too(
    api: httpx.Client, method: str, path: str, status: int
) -> None:
    answer = api.request(method, path, headers={"X-Request-ID": "mine"})
    problem_of(answer, status)
    assert answer.headers["x-request-id"] == "mine"


def test_what_goes_wrong_within_is_a_problem_that_tells_nothing(
    api: httpx.Client, redis: Redis
) -> None:
    redis.hset(keys.task(TASK), mapping={"status": "no-such-status", "error": "canary"})
    answer = api.get(f"/api/agent/tasks/{TASK}", headers={"X-Request-ID": "mine"})
    problem = problem_of(answer, 500)
    assert answer.headers["x-request-id"] == "mine"
    assert set(problem) == {"type", "title", "status", "detail"}
    assert not any(word in answer.text for word in ("canary", "no-such", "Error", "Traceback"))
