"""What people say of a task, over HTTP: that it may go on, and whether what shipped is right."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

import httpx
import pytest
from pydantic import SecretStr
from redis import Redis

from shiploop.bootstrap import Services, build
from shiploop.domain.delivery.task import Merge, Outcome, Waiting, WaitingFor, declined, done
from shiploop.stores import keys
from shiploop.stores.tasks import Lease
from tests.api.conftest import Serve, settings
from tests.builders import TASK_ID, a_request

KEY = "key-of-one-who-may-decide"
DONE = done(Merge("f" * 40, datetime.now(UTC)), "http://127.0.0.1/faq#entry")
REVIEW = Waiting(WaitingFor.REVIEW, "nobody has approved it yet", "PR_1", ("a" * 40,))


@pytest.fixture
def services(redis: Redis) -> Services:
    """Services over the API's Valkey, as a runner has them."""
    return build(settings(redis))


def held(services: Services) -> Lease:
    services.task_queue.create_group()
    services.intake.accept(TASK_ID, a_request(), datetime.now(UTC), 100)
    (item,) = services.task_queue.take("one", 1, 50)
    return Lease("one", item.item_id)


def end(services: Services, outcome: Outcome) -> None:
    lease, task = held(services), services.tasks.load(TASK_ID)
    assert task is not None
    services.outcomes.settle(task, lease, outcome, datetime.now(UTC))


def park(services: Services) -> None:
    lease, task = held(services), services.tasks.load(TASK_ID)
    assert task is not None
    services.waiting.park(task, lease, REVIEW, datetime.now(UTC))


def say(api: httpx.Client, what: str, body: object = None, **headers: str) -> httpx.Response:
    return api.post(f"/api/agent/tasks/{TASK_ID}/{what}", json=body, headers=headers)


def test_a_parked_task_tells_for_whom_it_waits_and_is_approved_by_a_key(
    serve: Serve, services: Services
) -> None:
    api = serve(api_keys={"ci": SecretStr(KEY)})
    park(services)
    task = api.get(f"/api/agent/tasks/{TASK_ID}", headers={"X-API-Key": KEY}).json()
    assert (task["status"], task["waiting_for"]) == ("waiting", "review")
    assert task["waited_ms"] >= 0
    assert say(api, "approve").status_code == 401
    for _ in range(2):
        answer = say(api, "approve", **{"X-API-Key": KEY})
        assert (answer.status_code, answer.json()["approved"]) == (202, True)
    record = services.tasks.read(TASK_ID)
    assert record is not None
    assert record.approved_by == "the API's key ci"
    assert services.waiting.due(datetime.now(UTC), 100).hinted == {TASK_ID}


def test_who_waits_for_nobody_is_not_approved(api: httpx.Client, services: Services) -> None:
    assert say(api, "approve").status_code == 404
    end(services, declined("the documents do not say"))
    assert say(api, "approve").status_code == 409
    unknown = api.post(f"/api/agent/tasks/{uuid.uuid4()}/feedback", json={"right": True})
    assert unknown.status_code == 404


def test_a_word_on_what_was_shipped_counts_once(api: httpx.Client, services: Services) -> None:
    end(services, DONE)
    wrong = {"right": False, "note": "It is six seconds."}
    said = [say(api, "feedback", wrong).json()["counted"] for _ in range(2)]
    assert said == [True, False]
    assert services.autonomy.of("faq", "")[1].harms == 1


def test_a_word_counts_when_the_task_has_been_forgotten(
    api: httpx.Client, services: Services, redis: Redis
) -> None:
    end(services, DONE)
    redis.delete(keys.task(TASK_ID))
    assert say(api, "feedback", {"right": False}).status_code == 202


def test_of_what_was_not_shipped_there_is_nothing_to_say(
    api: httpx.Client, services: Services
) -> None:
    end(services, declined("the documents do not say"))
    assert say(api, "feedback", {"right": False}).status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"right": "no"},
        {"right": 1},
        {"right": True, "note": "x" * 501},
        {"right": True, "a": 1},
    ],
)
def test_what_is_no_feedback_is_refused(api: httpx.Client, body: Mapping[str, object]) -> None:
    assert say(api, "feedback", dict(body)).status_code == 422


def test_the_numbers_tell_how_many_wait(api: httpx.Client, services: Services) -> None:
    park(services)
    waiting = api.get("/api/metrics/agent").json()["waiting"]
    assert waiting == {"now": 1, "waited_ms": {"count": 0, "p50": 0, "p95": 0, "p99": 0}}
    assert "shiploop_tasks_waiting 1.0" in api.get("/metrics").text


def test_the_events_of_a_parked_task_end_there(api: httpx.Client, services: Services) -> None:
    park(services)
    told = api.get(f"/api/agent/tasks/{TASK_ID}/events").text
    assert "event: waiting" in told
