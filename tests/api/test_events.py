"""Following a task over HTTP: what is past is replayed, what comes is told, and then it ends."""

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from redis import Redis

from shiploop.bootstrap import Services, build
from shiploop.domain.delivery.task import FailureKind, Stage, failed
from shiploop.stores import keys
from shiploop.stores.events import Events
from shiploop.stores.tasks import Lease
from tests.api.conftest import settings
from tests.api.problems import problem_of

UNKNOWN = "0d9c9f2e-0000-4000-8000-000000000000"


@pytest.fixture
def services(redis: Redis) -> Services:
    """Services over the API's Valkey, as a runner has them."""
    return build(settings(redis))


@pytest.fixture
def task_id(api: httpx.Client) -> str:
    """A task that was just accepted."""
    answer = api.post("/api/agent/faq", json={"question": "How do I begin?"})
    return str(answer.json()["task_id"])


def address(task_id: str) -> str:
    return f"/api/agent/tasks/{task_id}/events"


def read_events(answer: httpx.Response) -> Iterator[dict[str, Any]]:
    """The events of a stream (WHATWG HTML, 9.2.6), each as soon as it has come."""
    event: dict[str, Any] = {}
    for line in answer.iter_lines():
        if line == "" and event:
            yield {**event, "data": json.loads(event["data"])}
            event = {}
        elif line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            event[name] = value


def follow(api: httpx.Client, task_id: str, **headers: str) -> list[dict[str, Any]]:
    """All events until the stream ends."""
    with api.stream("GET", address(task_id), headers=headers) as answer:
        return list(read_events(answer))


def now() -> datetime:
    return datetime.now(UTC)


def walk(services: Services, task_id: str) -> None:
    services.tasks.start(task_id, now(), prefect_run_id="r1")
    for stage in (Stage.DRAFTING, Stage.OPENING):
        services.tasks.enter_stage(task_id, stage, now())


def settle(services: Services, task_id: str) -> None:
    services.task_queue.create_group()
    (item,) = services.task_queue.take("one", 1, 50)
    run = services.tasks.load(task_id)
    assert run is not None
    outcome = failed(FailureKind.CI_FAILED, "red: faq-gate")
    services.outcomes.settle(run, Lease("one", item.item_id), outcome, now())


def test_a_settled_task_is_replayed_and_the_stream_ends(
    api: httpx.Client, services: Services, task_id: str
) -> None:
    walk(services, task_id)
    settle(services, task_id)
    events = follow(api, task_id)
    assert [event["event"] for event in events] == [
        "queued",
        "running",
        "stage",
        "stage",
        "settled",
    ]
    assert [event["data"]["changes"].get("stage") for event in events[2:4]] == [
        "drafting",
        "opening",
    ]
    assert events[-1]["data"]["kind"] == "settled"
    assert events[-1]["data"]["changes"] == {
        "status": "error",
        "failure_kind": "ci_failed",
        "error": "red: faq-gate",
    }
    assert datetime.fromisoformat(events[-1]["data"]["at"]).tzinfo is not None


def test_the_answer_is_a_stream_that_nobody_keeps(
    api: httpx.Client, services: Services, task_id: str
) -> None:
    settle(services, task_id)
    with api.stream("GET", address(task_id)) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-cache"


def test_what_happens_is_told_when_it_happens_and_the_stream_ends_with_the_task(
    api: httpx.Client, services: Services, task_id: str
) -> None:
    with api.stream("GET", address(task_id)) as answer:
        events = read_events(answer)
        assert next(events)["event"] == "queued"
        for stage in Stage:
            services.tasks.enter_stage(task_id, stage, now())
            assert next(events)["data"]["changes"] == {"stage": stage}
        api.delete(f"/api/agent/tasks/{task_id}")
        assert next(events)["event"] == "cancel_requested"
        settle(services, task_id)
        assert [event["event"] for event in events] == ["settled"]


def test_who_comes_back_is_told_what_came_since(
    api: httpx.Client, services: Services, task_id: str
) -> None:
    walk(services, task_id)
    settle(services, task_id)
    events = follow(api, task_id)
    for number, event in enumerate(events):
        assert follow(api, task_id, **{"Last-Event-ID": event["id"]}) == events[number + 1 :]


def test_a_task_that_changes_quickly_is_told_whole_to_all(
    api: httpx.Client, services: Services, task_id: str, redis: Redis
) -> None:
    told: list[list[str]] = []

    def listen() -> None:
        told.append([event["id"] for event in follow(api, task_id)])

    followers = [threading.Thread(target=listen) for _ in range(8)]
    for follower in followers:
        follower.start()
    for number in range(200):
        services.tasks.note(task_id, now(), state=str(number))
    settle(services, task_id)
    for follower in followers:
        follower.join(timeout=10)
    written = [event.event_id for event in Events(redis).since(task_id).events]
    assert len(written) == 202
    assert told == [written] * 8


def test_many_followers_share_the_connections_to_redis(
    api: httpx.Client, services: Services, task_id: str, redis: Redis
) -> None:
    before = len(redis.client_list())
    with ExitStack() as streams:
        followers = [
            read_events(streams.enter_context(api.stream("GET", address(task_id))))
            for _ in range(60)
        ]
        assert {next(follower)["event"] for follower in followers} == {"queued"}
        assert len(redis.client_list()) - before < 10
        assert api.get(f"/api/agent/tasks/{task_id}").status_code == 200
        settle(services, task_id)
        assert {next(follower)["event"] for follower in followers} == {"settled"}


def test_a_follower_that_goes_away_disturbs_nobody(
    api: httpx.Client, services: Services, task_id: str
) -> None:
    with api.stream("GET", address(task_id)) as staying:
        events = read_events(staying)
        with api.stream("GET", address(task_id)) as leaving:
            next(read_events(leaving))
        services.tasks.enter_stage(task_id, Stage.OPENING, now())
        settle(services, task_id)
        assert [event["event"] for event in events] == ["queued", "stage", "settled"]


def test_a_task_that_expires_ends_its_stream(api: httpx.Client, task_id: str, redis: Redis) -> None:
    with api.stream("GET", address(task_id)) as answer:
        events = read_events(answer)
        next(events)
        redis.delete(keys.task(task_id))
        redis.publish(keys.EVENTS_CHANNEL, task_id)
        assert list(events) == []


@pytest.mark.parametrize("last", ["", "x", "1", "1-", "1-2-3", "9" * 20 + "-0"])
def test_an_event_id_that_was_never_given_is_refused(
    api: httpx.Client, task_id: str, last: str
) -> None:
    answer = api.get(address(task_id), headers={"Last-Event-ID": last})
    assert "last-event-id" in problem_of(answer, 422)["detail"]


def test_an_unknown_task_has_no_events(api: httpx.Client) -> None:
    problem_of(api.get(address(UNKNOWN)), 404)
    problem_of(api.get(address("not-a-uuid")), 422)
