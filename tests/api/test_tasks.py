"""Listing and cancelling tasks over HTTP."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from redis import Redis

from shiploop.bootstrap import Services, build
from shiploop.domain.delivery.change import Source
from shiploop.domain.delivery.task import FailureKind, Outcome, declined, failed, there_already
from shiploop.stores import keys
from shiploop.stores.tasks import Lease
from tests.api.conftest import settings
from tests.api.problems import problem_of
from tests.builders import a_request

TASKS = "/api/agent/tasks"


@pytest.fixture
def services(redis: Redis) -> Services:
    """Services over the API's Valkey, as a runner has them."""
    return build(settings(redis))


def ask(api: httpx.Client, number: int) -> str:
    answer = api.post("/api/agent/faq", json={"question": f"What is number {number}?"})
    assert answer.status_code == 202
    return str(answer.json()["task_id"])


def accept(services: Services, number: int) -> str:
    task_id = str(uuid.uuid4())
    request = a_request(f"What is number {number}?")
    services.intake.accept(task_id, request, datetime.now(UTC), 1000)
    return task_id


def pages(api: httpx.Client, limit: int) -> Iterator[list[str]]:
    """The task ids of all pages, each read when it is asked for."""
    cursor: dict[str, str] = {}
    while True:
        page = api.get(TASKS, params={"limit": limit, **cursor}).raise_for_status().json()
        yield [task["task_id"] for task in page["tasks"]]
        if "next_cursor" not in page:
            return
        cursor = {"cursor": page["next_cursor"]}


RED = failed(FailureKind.CI_FAILED, "red: faq-gate")


def settle(services: Services, task_id: str, outcome: Outcome = RED) -> None:
    """End the oldest task on the queue, as a runner does."""
    services.task_queue.create_group()
    (item,) = services.task_queue.take("one", 1, 50)
    run = services.tasks.load(task_id)
    assert run is not None
    services.outcomes.settle(run, Lease("one", item.item_id), outcome, datetime.now(UTC))


@pytest.mark.usefixtures("redis")
def test_without_tasks_the_list_is_empty(api: httpx.Client) -> None:
    assert api.get(TASKS).json() == {"tasks": []}


def test_the_newest_tasks_come_first(api: httpx.Client) -> None:
    asked = [ask(api, number) for number in range(3)]
    assert list(pages(api, 20)) == [asked[::-1]]
    assert list(pages(api, 2)) == [[asked[2], asked[1]], [asked[0]]]


def test_a_declined_task_has_the_closest_sections_as_data(
    api: httpx.Client, services: Services
) -> None:
    task_id = ask(api, 1)
    closest = (Source("docs/a.md", "告警", "A › 告警"), Source("README.md", "", "README.md"))
    settle(services, task_id, declined("the documents do not answer", closest))
    task = api.get(f"{TASKS}/{task_id}").json()
    assert task["status"] == "declined"
    assert task["closest"] == [
        {"path": "docs/a.md", "anchor": "告警", "title": "A › 告警"},
        {"path": "README.md", "anchor": "", "title": "README.md"},
    ]


def test_a_question_there_already_leads_to_the_entry(api: httpx.Client, services: Services) -> None:
    task_id = ask(api, 1)
    settle(services, task_id, there_already("it is there", "https://site.example/faq#there"))
    task = api.get(f"{TASKS}/{task_id}").json()
    assert (task["status"], task["reason"]) == ("declined", "it is there")
    assert task["entry_url"] == "https://site.example/faq#there"


def test_a_listed_task_is_shown_as_it_is_alone(api: httpx.Client) -> None:
    task_id = ask(api, 1)
    assert api.get(TASKS).json()["tasks"] == [api.get(f"{TASKS}/{task_id}").json()]


def test_pages_have_no_gap_and_no_double_while_new_tasks_arrive(
    api: httpx.Client, services: Services
) -> None:
    accepted = [accept(services, number) for number in range(250)]
    read: list[str] = []
    for number, page in enumerate(pages(api, 20)):
        read += page
        for again in range(7):
            accept(services, 1000 + number * 7 + again)
    assert read == accepted[::-1]


def test_expired_tasks_are_passed_over(api: httpx.Client, services: Services, redis: Redis) -> None:
    accepted = [accept(services, number) for number in range(30)]
    redis.delete(*(keys.task(task_id) for task_id in accepted[5:25]))
    assert list(pages(api, 4)) == [
        accepted[29:25:-1],
        [accepted[25], *accepted[4:1:-1]],
        accepted[1::-1],
    ]
    assert redis.zcard(keys.TASK_INDEX) == 10


@pytest.mark.parametrize("limit", ["0", "-1", "101", "many", "1.5", ""])
def test_a_limit_out_of_bounds_is_refused(api: httpx.Client, limit: str) -> None:
    assert "limit" in problem_of(api.get(TASKS, params={"limit": limit}), 422)["detail"]


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "!", "ä", "12\n", " 12", "-1", "1_0", "0x1", "f" * 15],
)
def test_a_cursor_of_somebody_elses_is_refused(api: httpx.Client, cursor: str) -> None:
    assert "cursor" in problem_of(api.get(TASKS, params={"cursor": cursor}), 422)["detail"]


def test_a_cancellation_is_noted_for_the_runner(api: httpx.Client, services: Services) -> None:
    task_id = ask(api, 1)
    for _ in range(2):
        answer = api.delete(f"{TASKS}/{task_id}")
        assert answer.status_code == 202
        assert answer.json() == {"task_id": task_id, "cancel_requested": True}
    assert services.tasks.cancellation_requested(task_id) is True
    task = api.get(f"{TASKS}/{task_id}").json()
    assert task["status"] == "queued"
    assert task["cancel_requested_at"] == task["updated_at"]


def test_a_settled_task_is_not_cancelled_and_says_how_it_ended(
    api: httpx.Client, services: Services
) -> None:
    task_id = ask(api, 1)
    settle(services, task_id)
    problem = problem_of(api.delete(f"{TASKS}/{task_id}"), 409)
    assert problem["detail"] == "It ended as error (ci_failed)."
    assert services.tasks.cancellation_requested(task_id) is False


def test_an_unknown_task_cannot_be_cancelled(api: httpx.Client) -> None:
    problem_of(api.delete(f"{TASKS}/{uuid.uuid4()}"), 404)
    problem_of(api.delete(f"{TASKS}/not-a-uuid"), 422)
