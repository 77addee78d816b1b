"""The list of all tasks on a real Valkey: in pages, newest first, without gaps or doubles."""

from datetime import datetime, timedelta

import pytest
from redis import Redis

from shiploop.bootstrap import Services
from shiploop.stores import keys
from shiploop.stores.task_index import TaskIndex
from tests.builders import NOON, a_request

MANY = 1000


@pytest.fixture
def index(redis: Redis) -> TaskIndex:
    return TaskIndex(redis)


def accept(services: Services, *names: str, now: datetime = NOON) -> None:
    for name in names:
        services.intake.accept(name, a_request(f"What is {name}?"), now, MANY)


def pages(index: TaskIndex, limit: int) -> list[list[str]]:
    """All pages from the first to the last."""
    found, before = [], None
    while True:
        page = index.page(limit, before)
        found.append([task.task_id for task in page.tasks])
        before = page.next_before
        if before is None:
            return found


def test_without_a_task_there_is_one_empty_page(index: TaskIndex) -> None:
    assert pages(index, 3) == [[]]


def test_the_newest_come_first(services: Services, index: TaskIndex) -> None:
    accept(services, "t1", "t2", "t3")
    accept(services, "t4", "t5", now=NOON + timedelta(seconds=1))
    assert pages(index, 2) == [["t5", "t4"], ["t3", "t2"], ["t1"]]
    assert pages(index, 5) == [["t5", "t4", "t3", "t2", "t1"]]


def test_a_task_is_listed_whole(services: Services, index: TaskIndex) -> None:
    accept(services, "t1")
    assert index.page(1).tasks == (services.tasks.read("t1"),)


def test_a_clock_that_goes_back_makes_no_two_tasks_one(
    services: Services, index: TaskIndex
) -> None:
    accept(services, "t1")
    accept(services, "t2", now=NOON - timedelta(hours=1))
    assert pages(index, 1) == [["t2"], ["t1"]]


def test_a_duplicate_keeps_its_place(services: Services, index: TaskIndex) -> None:
    accept(services, "t1", "t2")
    services.intake.accept("t3", a_request("What is t1?"), NOON, MANY)
    assert pages(index, 5) == [["t2", "t1"]]


def test_tasks_that_have_expired_leave_no_hole_and_no_trace(
    services: Services, index: TaskIndex, redis: Redis
) -> None:
    accept(services, *(f"t{number}" for number in range(9)))
    redis.delete(*(keys.task(f"t{number}") for number in (0, 3, 4, 5, 6, 8)))
    assert pages(index, 2) == [["t7", "t2"], ["t1"]]
    assert redis.zcard(keys.TASK_INDEX) == 3


def test_an_index_that_nobody_reads_does_not_grow_for_ever(
    services: Services, redis: Redis
) -> None:
    accept(services, "t1", "t2")
    accept(services, "t3", now=NOON + timedelta(days=1))
    assert redis.zcard(keys.TASK_INDEX) == 3
    accept(services, "t4", now=NOON + timedelta(days=2, seconds=1))
    assert redis.zrange(keys.TASK_INDEX, 0, -1) == ["t3", "t4"]


def search(index: TaskIndex, wanted: str, limit: int, look_at: int) -> list[list[str]]:
    """The pages of a search for tasks whose id holds a text."""
    found, before = [], None
    while True:
        page = index.search(lambda task: wanted in task.task_id, limit, look_at, before)
        found.append([task.task_id for task in page.tasks])
        before = page.next_before
        if before is None:
            return found


def test_a_search_finds_the_wanted_ones_in_pages(services: Services, index: TaskIndex) -> None:
    accept(services, "a1", "b1", "a2", "b2", "a3", "b3", "a4")
    assert search(index, "a", 2, MANY) == [["a4", "a3"], ["a2", "a1"], []]
    assert search(index, "b", 9, MANY) == [["b3", "b2", "b1"]]
    assert search(index, "c", 2, MANY) == [[]]


def test_a_search_that_has_looked_at_enough_says_where_to_go_on(
    services: Services, index: TaskIndex
) -> None:
    accept(services, "a1", *(f"b{each}" for each in range(10)))
    assert search(index, "a", 2, 4) == [[], [], ["a1"]]


def test_a_search_passes_over_what_is_gone(
    services: Services, index: TaskIndex, redis: Redis
) -> None:
    accept(services, "a1", "a2", "a3")
    redis.delete(keys.task("a2"))
    assert search(index, "a", 2, MANY) == [["a3", "a1"], []]
