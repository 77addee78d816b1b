"""Every refusal of the API (RFC 9457) as a client gets it, beside the request that it answers."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http import HTTPStatus
from typing import Any, Final

import httpx
import pytest
from redis import Redis

from shiploop.stack.addresses import free_port
from shiploop.stores import keys
from shiploop.stores.intake import Intake
from tests.api.conftest import serving, settings
from tests.api.test_webhooks import deliver
from tests.builders import NOON, TASK_ID, a_request
from tests.snapshots.conftest import ReadsAs
from tests.valkey import valkey

ROUTE: Final = "/api/agent/faq"
TASK: Final = f"/api/agent/tasks/{TASK_ID}"
METRICS: Final = "/api/metrics/agent"
KEYS: Final = {"ci": "the-key-of-the-ci-system"}
TELLING_HEADERS: Final = ("content-type", "retry-after", "allow", "www-authenticate")
LONGEST_SHOWN: Final = 200  # bytes of a body that was sent
PYTHONS_OWN: Final = {text for each in HTTPStatus for text in (each.phrase, each.description)}
WAIT_S: Final = "58"  # shown for what depends on the time of day

Serve = Callable[..., httpx.Client]

# On one worker, so that the APIs are started once.
pytestmark = pytest.mark.xdist_group("problems")


@pytest.fixture(scope="module")
def running_valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """One of its own: an API writes in the background, also while other tests run."""
    with valkey(tmp_path_factory.mktemp("valkey")) as client:
        yield client


@pytest.fixture(scope="module")
def running_apis(running_valkey: Redis) -> Iterator[Serve]:
    """An API for each set of settings, over the same Valkey."""
    running: dict[str, httpx.Client] = {}
    with ExitStack() as servers:

        def start(**changes: Any) -> httpx.Client:
            if repr(changes) not in running:
                client = serving(settings(running_valkey, **changes))
                running[repr(changes)] = servers.enter_context(client)
            return running[repr(changes)]

        yield start


@pytest.fixture
def serve(redis: Redis, running_apis: Serve) -> Serve:
    """Serve an API with these settings, over an empty Valkey; returns a client of it."""
    return running_apis


def ask(api: httpx.Client, question: object = "How?", **more: object) -> httpx.Response:
    return api.post(ROUTE, json={"question": question, **more})


def send(api: httpx.Client, body: bytes) -> httpx.Response:
    return api.post(ROUTE, content=body, headers={"content-type": "application/json"})


def too_often(serve: Serve, **limits: Any) -> httpx.Response:
    """Ask twice where once is allowed."""
    api = serve(**limits)
    key = {"X-API-Key": next(iter(KEYS.values()))}
    answers = [api.post(ROUTE, json={"question": f"How {n}?"}, headers=key) for n in range(2)]
    return answers[-1]


def too_many(serve: Serve) -> httpx.Response:
    """Ask when the queue is full."""
    api = serve(queue_limit=1)
    return [ask(api, "How one?"), ask(api, "How two?")][-1]


def store_task(redis: Redis, **fields: str) -> None:
    Intake(redis).accept(TASK_ID, a_request(), NOON, limit=10)
    redis.hset(keys.task(TASK_ID), mapping=dict[Any, Any](fields))


def cancel_settled(api: httpx.Client, redis: Redis) -> httpx.Response:
    store_task(redis, status="error", failure_kind="ci_failed")
    return api.delete(TASK)


def approve(api: httpx.Client, redis: Redis, status: str) -> httpx.Response:
    store_task(redis, status=status)
    return api.post(f"{TASK}/approve")


def call_wrong(api: httpx.Client, redis: Redis) -> httpx.Response:
    store_task(redis, status="declined")
    return api.post(f"{TASK}/feedback", json={"right": False})


def break_within(api: httpx.Client, redis: Redis) -> httpx.Response:
    redis.hset(keys.task(TASK_ID), mapping={"status": "no-such-status"})
    return api.get(TASK)


def unsigned(api: httpx.Client) -> httpx.Response:
    for _ in range(60):
        deliver(api, {}, secret="not-ours")
    return deliver(api, {}, secret="not-ours")


Refused = Callable[[Serve, Redis], httpx.Response]

PROBLEMS: Final[dict[str, Refused]] = {
    # 400
    "problems/body_nested_too_deeply.json": lambda serve, _: send(serve(), b"[" * 10_000),
    "problems/webhook_not_json.json": lambda serve, _: deliver(serve(), "no"),
    "problems/webhook_not_an_object.json": lambda serve, _: deliver(serve(), []),
    "problems/webhook_not_a_delivery.json": lambda serve, _: deliver(serve(), {}),
    # 401
    "problems/no_key.json": lambda serve, _: ask(serve(api_keys=KEYS)),
    "problems/wrong_key.json": lambda serve, _: serve(api_keys=KEYS).get(
        TASK, headers={"X-API-Key": "of-somebody-else"}
    ),
    "problems/wrong_signature.json": lambda serve, _: deliver(serve(), {}, secret="not-ours"),
    # 403, 421: other pages, and other names
    "problems/page_of_another_origin.json": lambda serve, _: serve().get(
        TASK, headers={"origin": "https://elsewhere.example"}
    ),
    "problems/host_not_ours.json": lambda serve, _: serve().get(
        TASK, headers={"host": "elsewhere.example"}
    ),
    "problems/origin_sent_twice.json": lambda serve, _: serve().get(
        TASK, headers=[("origin", "http://127.0.0.1"), ("origin", "http://127.0.0.1")]
    ),
    # 404, 405, 409
    "problems/no_such_task.json": lambda serve, _: serve().get(TASK),
    "problems/no_such_route.json": lambda serve, _: serve().get("/api/agent/faqs"),
    "problems/no_such_method.json": lambda serve, _: serve().put(ROUTE),
    "problems/no_such_method_of_several.json": lambda serve, _: serve().put(TASK),
    "problems/task_settled.json": lambda serve, redis: cancel_settled(serve(), redis),
    "problems/approved_when_settled.json": lambda serve, redis: approve(
        serve(), redis, status="declined"
    ),
    "problems/approved_when_running.json": lambda serve, redis: approve(
        serve(), redis, status="running"
    ),
    "problems/nothing_shipped.json": lambda serve, redis: call_wrong(serve(), redis),
    # 413
    "problems/body_too_long.json": lambda serve, _: send(serve(), b" " * (16 * 1024 + 1)),
    "problems/body_in_chunks_too_long.json": lambda serve, _: serve().post(
        ROUTE, content=iter([b" " * 16 * 1024, b" "]), headers={"content-type": "application/json"}
    ),
    # 422: the question
    "problems/question_blank.json": lambda serve, _: ask(serve(), " "),
    "problems/question_too_long.json": lambda serve, _: ask(serve(), "x" * 501),
    "problems/question_with_control_characters.json": lambda serve, _: ask(serve(), "a\nb"),
    "problems/question_with_invisible_characters.json": lambda serve, _: ask(serve(), "a\u202eb"),
    "problems/question_without_words.json": lambda serve, _: ask(serve(), "?!"),
    # 422: the body
    "problems/body_missing.json": lambda serve, _: send(serve(), b""),
    "problems/body_not_json.json": lambda serve, _: send(serve(), b"{"),
    "problems/body_not_json_by_its_type.json": lambda serve, _: serve().post(
        ROUTE, data={"question": "How?"}
    ),
    "problems/body_not_an_object.json": lambda serve, _: send(serve(), b"[]"),
    "problems/field_missing.json": lambda serve, _: send(serve(), b"{}"),
    "problems/field_of_wrong_type.json": lambda serve, _: ask(serve(), 7),
    "problems/field_unknown.json": lambda serve, _: ask(serve(), priority=1),
    "problems/fields_wrong_and_unknown.json": lambda serve, _: ask(serve(), 7, priority=1),
    # 422: the address and its parameters
    "problems/task_id_not_a_uuid.json": lambda serve, _: serve().get("/api/agent/tasks/7"),
    "problems/limit_out_of_range.json": lambda serve, _: serve().get(
        "/api/agent/tasks", params={"limit": 101}
    ),
    "problems/cursor_not_one_of_ours.json": lambda serve, _: serve().get(
        "/api/agent/tasks", params={"cursor": "next"}
    ),
    "problems/last_event_id_not_one_of_ours.json": lambda serve, redis: follow_from(
        serve(), redis, "last"
    ),
    "problems/date_not_yyyymmdd.json": lambda serve, _: serve().get(
        METRICS, params={"date": "2026-11-26"}
    ),
    "problems/date_not_in_the_calendar.json": lambda serve, _: serve().get(
        METRICS, params={"date": "20261131"}
    ),
    "problems/date_and_from.json": lambda serve, _: serve().get(
        METRICS, params={"date": "20261126", "from": "20261120"}
    ),
    "problems/from_after_to.json": lambda serve, _: serve().get(
        METRICS, params={"from": "20261126", "to": "20261120"}
    ),
    "problems/webhook_without_headers.json": lambda serve, _: serve().post("/webhooks/github"),
    # 429
    "problems/too_many_requests.json": lambda serve, _: too_often(
        serve, rate_limit_per_address="1/hour"
    ),
    "problems/too_many_requests_of_a_key.json": lambda serve, _: too_often(
        serve, rate_limit_per_key="1/hour", api_keys=KEYS
    ),
    "problems/too_many_unsigned_deliveries.json": lambda serve, _: unsigned(serve()),
    "problems/queue_full.json": lambda serve, _: too_many(serve),
    # 500, 503
    "problems/broken_within.json": lambda serve, redis: break_within(serve(), redis),
    "problems/store_away_while_reading.json": lambda serve, _: serve(
        redis_url=f"redis://127.0.0.1:{free_port()}"
    ).get(TASK),
    "problems/store_away.json": lambda serve, _: ask(
        serve(redis_url=f"redis://127.0.0.1:{free_port()}")
    ),
}


def follow_from(api: httpx.Client, redis: Redis, event_id: str) -> httpx.Response:
    store_task(redis, status="queued")
    return api.get(f"{TASK}/events", headers={"Last-Event-ID": event_id})


def shown(answer: httpx.Response) -> str:
    """A refusal and what was refused, to be read."""
    request = answer.request
    asked: dict[str, Any] = {"request": f"{request.method} {request.url.raw_path.decode()}"}
    body = b"" if request.headers.get("transfer-encoding") else request.content
    if body and len(body) <= LONGEST_SHOWN:
        # Whoever reads it shall see also what cannot be seen.
        asked["sent"] = body.decode().encode("ascii", "backslashreplace").decode("ascii")
    told = {
        "status": answer.status_code,
        "headers": {n: answer.headers[n] for n in TELLING_HEADERS if n in answer.headers},
        "problem": answer.json(),
    }
    return json.dumps({**asked, **told}, indent=2, ensure_ascii=False) + "\n"


def with_fixed_wait(text: str, answer: httpx.Response) -> str:
    """The same with a fixed time to wait, where it depends on the time of day."""
    wait_s = answer.headers.get("retry-after", "")
    detail = re.search(rf"(?:taken|looked at) in {wait_s} s\.", text)
    if not wait_s or detail is None:
        return text
    fixed = detail[0].replace(f"{wait_s} s", f"{WAIT_S} s")
    header = f'"retry-after": "{wait_s}"'
    return text.replace(detail[0], fixed).replace(header, f'"retry-after": "{WAIT_S}"')


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_refusal_reads_like_this(
    name: str, serve: Serve, redis: Redis, reads_as: ReadsAs
) -> None:
    answer = PROBLEMS[name](serve, redis)
    assert answer.headers["content-type"] == "application/problem+json"
    told = {answer.json()["title"], answer.json()["detail"]}
    assert told.isdisjoint(PYTHONS_OWN), "Python's own words say nothing, and change"
    reads_as(name, with_fixed_wait(shown(answer), answer))


TEXTS: Final = (*PROBLEMS,)
