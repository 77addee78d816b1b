"""Who may ask, and how often, over HTTP."""

import httpx
import pytest
from redis import Redis

from shiploop.stack.addresses import free_port
from shiploop.stores import keys
from tests.api.conftest import Serve
from tests.api.problems import problem_of

ROUTE = "/api/agent/faq"
KEYS = {"ci": "the-key-of-the-ci-system", "ada": "the-key-of-ada-lovelace"}

NOBODY = "550e8400-e29b-41d4-a716-446655440000"


def ask(api: httpx.Client, number: int = 1, **headers: str) -> httpx.Response:
    return api.post(ROUTE, json={"question": f"What is number {number}?"}, headers=headers)


@pytest.mark.parametrize("key", KEYS.values())
def test_each_configured_key_lets_in(serve: Serve, key: str) -> None:
    assert ask(serve(api_keys=KEYS), 1, **{"X-API-Key": key}).status_code == 202


@pytest.mark.parametrize(
    "key", ["x", "the-key-of-the-ci-syste", "the-key-of-the-ci-system2", "ci", "\xe4\xff"]
)
def test_a_wrong_key_is_refused(serve: Serve, redis: Redis, key: str) -> None:
    api = serve(api_keys=KEYS)
    answer = api.post(
        ROUTE, json={"question": "How?"}, headers=[(b"x-api-key", key.encode("latin-1"))]
    )
    assert problem_of(answer, 401)["title"] == "Wrong key"
    assert answer.headers["www-authenticate"]
    assert list(redis.scan_iter()) == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", ROUTE),
        ("GET", "/api/agent/tasks"),
        ("GET", f"/api/agent/tasks/{NOBODY}"),
        ("DELETE", f"/api/agent/tasks/{NOBODY}"),
        ("GET", f"/api/agent/tasks/{NOBODY}/events"),
    ],
)
def test_without_a_key_nothing_of_the_tasks_is_told(serve: Serve, method: str, path: str) -> None:
    api = serve(api_keys=KEYS)
    for headers in ({}, {"X-API-Key": ""}):
        answer = api.request(method, path, headers=headers)
        assert problem_of(answer, 401)["title"] == "No key"


@pytest.mark.parametrize("path", ["/healthz", "/docs", "/redoc", "/openapi.json"])
def test_health_and_documentation_need_no_key(serve: Serve, path: str) -> None:
    assert serve(api_keys=KEYS).get(path).status_code != 401


def test_a_webhook_needs_githubs_signature_and_no_key(serve: Serve) -> None:
    headers = {"x-github-event": "ping", "x-github-delivery": "d1"}
    answer = serve(api_keys=KEYS).post("/webhooks/github", json={}, headers=headers)
    assert problem_of(answer, 401)["title"] == "Wrong signature"


def test_a_key_may_be_any_text(serve: Serve) -> None:
    api = serve(api_keys={"odd": "ключ-鍵-مفتاح-clé"})
    header = [(b"x-api-key", "ключ-鍵-مفتاح-clé".encode())]
    assert api.get("/api/agent/tasks", headers=header).status_code == 200


def test_an_address_that_asks_too_often_is_told_when_to_come_back(
    serve: Serve, redis: Redis
) -> None:
    api = serve(rate_limit_per_address="3/hour")
    assert [ask(api, number).status_code for number in range(5)] == [202] * 3 + [429] * 2
    answer = ask(api)
    assert problem_of(answer, 429)["title"] == "Too many requests"
    assert 0 < int(answer.headers["retry-after"]) <= 3600
    assert redis.xlen(keys.QUEUE) == 3


def test_who_waits_as_long_as_told_is_let_in_again(serve: Serve) -> None:
    api = serve(rate_limit_per_address="2/second")
    answers = [ask(api, number) for number in range(20)]
    assert {answer.status_code for answer in answers} == {202, 429}
    waits = {answer.headers["retry-after"] for answer in answers if answer.is_error}
    assert waits <= {"1", "2"}


def test_each_key_has_an_allowance_of_its_own(serve: Serve) -> None:
    api = serve(api_keys=KEYS, rate_limit_per_key="2/hour")
    ci, ada = ({"X-API-Key": key} for key in KEYS.values())
    assert [ask(api, number, **ci).status_code for number in range(3)] == [202, 202, 429]
    assert [ask(api, number, **ada).status_code for number in range(10, 13)] == [202, 202, 429]


def test_cancelling_counts_and_reading_does_not(serve: Serve) -> None:
    api = serve(rate_limit_per_address="2/hour")
    location = ask(api).headers["location"]
    assert api.delete(location).status_code == 202
    problem_of(api.delete(location), 429)
    assert {api.get(location).status_code for _ in range(10)} == {200}


def test_refused_questions_count_too(serve: Serve) -> None:
    api = serve(rate_limit_per_address="2/hour")
    for _ in range(2):
        problem_of(api.post(ROUTE, json={"question": ""}), 422)
    problem_of(ask(api), 429)


def test_without_redis_the_limit_does_not_hide_that_it_is_away(serve: Serve) -> None:
    api = serve(redis_url=f"redis://127.0.0.1:{free_port()}", api_keys=KEYS)
    problem_of(ask(api, 1, **{"X-API-Key": KEYS["ci"]}), 503)
    problem_of(ask(api), 401)
