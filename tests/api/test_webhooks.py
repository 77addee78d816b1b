"""GitHub's webhooks over HTTP: only what GitHub signed is believed, and only once."""

import hashlib
import hmac
import json
from typing import Any

import httpx
import pytest
from redis import Redis

from shiploop.stack.addresses import free_port
from tests.api.conftest import WEBHOOK_SECRET, Serve
from tests.api.problems import problem_of

SHA = "a" * 40


def check(conclusion: str | None) -> dict[str, Any]:
    return {"check_run": {"head_sha": SHA, "name": "faq-gate", "conclusion": conclusion}}


def deliver(
    api: httpx.Client,
    payload: object,
    *,
    event: str = "check_run",
    delivery: str = "d1",
    secret: str = WEBHOOK_SECRET,
) -> httpx.Response:
    """Send a delivery as GitHub does, which names the repository; text is sent as it stands."""
    if isinstance(payload, dict):
        payload = {"repository": {"full_name": "Acme/docs"}, **payload}
    body = payload.encode() if isinstance(payload, str) else json.dumps(payload).encode()
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "x-github-event": event,
        "x-github-delivery": delivery,
        "x-hub-signature-256": f"sha256={digest}",
        "content-type": "application/json",
    }
    return api.post("/webhooks/github", content=body, headers=headers)


FAQ_GATE_PASSED = {
    "hint:run:0:faq-gate": '{"name": "faq-gate", "conclusion": "success", "kind": "run"}'
}


def known(redis: Redis) -> object:
    return redis.hgetall(f"agent:fact:{SHA}")


def facts(redis: Redis) -> list[str]:
    return list(redis.scan_iter(match="agent:fact*"))


def test_a_signed_delivery_is_recorded(api: httpx.Client, redis: Redis) -> None:
    answer = deliver(api, check("success"))
    assert answer.status_code == 202
    assert answer.json() == {"duplicate": False}
    assert known(redis) == FAQ_GATE_PASSED


@pytest.mark.parametrize(
    ("event", "payload", "stored"),
    [
        (
            "check_run",
            check(None),
            {"hint:run:0:faq-gate": '{"name": "faq-gate", "conclusion": null, "kind": "run"}'},
        ),
        (
            "status",
            {"sha": SHA, "context": "legacy", "state": "failure"},
            {
                "hint:status:0:legacy": (
                    '{"name": "legacy", "conclusion": "failure", "kind": "status"}'
                )
            },
        ),
        (
            "deployment_status",
            {
                "deployment": {"sha": SHA, "environment": "production"},
                "deployment_status": {"state": "success"},
            },
            {"deploy:production": "success"},
        ),
    ],
)
def test_each_event_that_is_followed_becomes_a_fact(
    api: httpx.Client, redis: Redis, event: str, payload: object, stored: dict[str, str]
) -> None:
    assert deliver(api, payload, event=event).status_code == 202
    assert known(redis) == stored


def test_a_push_is_known_of_its_branch(api: httpx.Client, redis: Redis) -> None:
    payload = {"ref": "refs/heads/main", "after": SHA, "deleted": False, "commits": []}
    assert deliver(api, payload, event="push").status_code == 202
    assert redis.hgetall("agent:fact:refs/heads/main") == {"head": SHA}


@pytest.mark.parametrize(
    "repository", [{"full_name": "acme/other"}, {"full_name": "evil/docs"}, {}, None, 7]
)
def test_what_is_told_of_another_repository_is_dropped(
    api: httpx.Client, redis: Redis, repository: object
) -> None:
    answer = deliver(api, {**check("success"), "repository": repository})
    assert answer.status_code == 202
    assert known(redis) == {}


def test_a_delivery_that_comes_twice_counts_once(api: httpx.Client, redis: Redis) -> None:
    deliver(api, check("success"))
    answer = deliver(api, check("failure"))
    assert answer.status_code == 202
    assert answer.json() == {"duplicate": True}
    assert known(redis) == FAQ_GATE_PASSED


@pytest.mark.parametrize("event", ["ping", "star", "check_suite", "issues"])
def test_an_event_that_is_not_followed_is_taken_and_forgotten(
    api: httpx.Client, redis: Redis, event: str
) -> None:
    assert deliver(api, {"zen": "Keep it logically awesome."}, event=event).status_code == 202
    assert known(redis) == {}


@pytest.mark.parametrize("secret", ["another-secret", ""])
def test_a_delivery_that_github_did_not_sign_is_refused(
    api: httpx.Client, redis: Redis, secret: str
) -> None:
    problem_of(deliver(api, check("success"), secret=secret), 401)
    assert facts(redis) == []


@pytest.mark.parametrize("signature", ["", "sha256=", "sha1=abc", "sha256=ä"])
def test_a_missing_or_odd_signature_is_refused(api: httpx.Client, signature: str) -> None:
    headers = [(b"x-github-event", b"check_run"), (b"x-github-delivery", b"d1")]
    if signature:
        headers.append((b"x-hub-signature-256", signature.encode()))
    problem_of(api.post("/webhooks/github", content=b"{}", headers=headers), 401)


def test_many_unsigned_deliveries_are_put_off_and_github_s_own_are_not(api: httpx.Client) -> None:
    for _ in range(60):
        problem_of(deliver(api, check("success"), secret="another-secret"), 401)
    put_off = deliver(api, check("success"), secret="another-secret")
    problem_of(put_off, 429)
    assert 0 < int(put_off.headers["retry-after"]) <= 60
    assert deliver(api, check("success")).status_code == 202


def test_a_webhook_may_come_by_any_name(api: httpx.Client) -> None:
    headers = {"host": "shiploop.example.com"}
    answer = api.post("/webhooks/github", content=b"{}", headers=headers)
    assert answer.status_code == 422  # no delivery, but let in
    assert api.get("/api/metrics/agent", headers=headers).status_code == 421


def test_without_a_secret_nothing_is_believed(serve: Serve, redis: Redis) -> None:
    problem_of(deliver(serve(github_webhook_secret=None), check("success"), secret=""), 401)
    assert facts(redis) == []


@pytest.mark.parametrize(
    "payload",
    [
        "{",
        "",
        "[]",
        "null",
        '{"repository": {"full_name": "acme/docs"}}',
        '{"repository": {"full_name": "acme/docs"}, "check_run": []}',
        '{"repository": {"full_name": "acme/docs"}, "check_run": {"head_sha": "a"}}',
        pytest.param("[" * 100_000, id="deeply nested"),
    ],
)
def test_a_signed_body_that_is_no_delivery_is_a_bad_request(
    api: httpx.Client, redis: Redis, payload: str
) -> None:
    problem_of(deliver(api, payload), 400)
    assert list(redis.scan_iter()) == []


def test_a_delivery_without_its_headers_is_refused(api: httpx.Client) -> None:
    problem_of(api.post("/webhooks/github", json={}), 422)


def test_a_delivery_that_could_not_be_stored_is_no_success(serve: Serve) -> None:
    api = serve(redis_url=f"redis://127.0.0.1:{free_port()}")
    problem_of(deliver(api, check("success")), 503)
