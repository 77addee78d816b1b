"""A queue on a real Valkey: each item is held by one consumer at a time, and never lost."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from shiploop.bootstrap import Services
from shiploop.stores import keys
from shiploop.stores.queue import Queue, QueueItem
from tests.until import wait_until


@pytest.fixture
def queue(services: Services) -> Queue:
    services.task_queue.create_group()
    return services.task_queue


def take(queue: Queue, consumer: str, count: int = 1) -> list[QueueItem]:
    return queue.take(consumer, count, block_ms=50)


def wait_idle(redis: Redis, idle_ms: int) -> None:
    """Until every held item has been idle so long."""

    def idle() -> bool:
        held = redis.xpending_range(keys.QUEUE, keys.QUEUE_GROUP, "-", "+", 10)
        return all(int(item["time_since_delivered"]) >= idle_ms for item in held)

    wait_until(idle)


def test_tasks_and_flow_runs_have_queues_of_their_own(services: Services, redis: Redis) -> None:
    services.task_queue.add("t1")
    services.flow_queue.add("r1")
    assert [fields for _, fields in redis.xrange(keys.QUEUE) or []] == [{"task_id": "t1"}]
    assert [fields for _, fields in redis.xrange(keys.FLOW_QUEUE) or []] == [{"flow_run_id": "r1"}]
    services.flow_queue.create_group()
    assert [item.subject_id for item in take(services.flow_queue, "one")] == ["r1"]


def test_creating_the_group_again_is_harmless(queue: Queue) -> None:
    queue.create_group()
    queue.add("t1")
    assert [item.subject_id for item in take(queue, "one")] == ["t1"]


def test_what_was_accepted_before_there_was_a_group_is_taken(services: Services) -> None:
    services.task_queue.add("t1")
    services.task_queue.create_group()
    assert [item.subject_id for item in take(services.task_queue, "one")] == ["t1"]


def test_an_item_is_given_to_one_consumer_in_the_order_of_asking(queue: Queue) -> None:
    for number in range(3):
        queue.add(f"t{number}")
    assert [item.subject_id for item in take(queue, "one", 2)] == ["t0", "t1"]
    assert [item.subject_id for item in take(queue, "two", 2)] == ["t2"]
    assert take(queue, "one") == []


def test_a_consumer_that_waits_has_the_next_task_at_once(queue: Queue) -> None:
    taken: list[QueueItem] = []
    thread = threading.Thread(target=lambda: taken.extend(queue.take("one", 1, 5_000)))
    thread.start()
    queue.add("t1")
    thread.join(timeout=3)
    assert [item.subject_id for item in taken] == ["t1"]


def test_a_living_holder_keeps_its_entry(queue: Queue, redis: Redis) -> None:
    queue.add("t1")
    (item,) = take(queue, "one")
    wait_idle(redis, 60)
    assert queue.refresh("one", [item.item_id]) == []
    assert queue.take_over("two", idle_ms=60) is None


def test_the_item_of_a_silent_holder_is_taken_over(queue: Queue, redis: Redis) -> None:
    queue.add("t1")
    (item,) = take(queue, "one")
    wait_idle(redis, 30)
    assert queue.take_over("two", idle_ms=30) == (item, 2)
    wait_idle(redis, 30)
    assert queue.take_over("three", idle_ms=30) == (item, 3)


def test_a_silent_holder_is_found_behind_many_living_ones(queue: Queue, redis: Redis) -> None:
    for number in range(30):  # three times what one XAUTOCLAIM looks at
        queue.add(f"t{number}")
    *living, silent = take(queue, "one", 30)
    wait_idle(redis, 60)
    assert queue.refresh("one", [item.item_id for item in living]) == []
    assert queue.take_over("two", idle_ms=60) == (silent, 2)


def test_each_look_takes_over_one_item_the_oldest_first(queue: Queue, redis: Redis) -> None:
    for number in range(3):
        queue.add(f"t{number}")
    items = take(queue, "one", 3)
    wait_idle(redis, 1000)
    assert [queue.take_over("two", idle_ms=1000) for _ in range(3)] == [(one, 2) for one in items]
    assert queue.take_over("two", idle_ms=1000) is None


def test_a_refresh_never_takes_an_item_back(queue: Queue, redis: Redis) -> None:
    queue.add("t1")
    queue.add("t2")
    lost, kept = take(queue, "one", 2)
    wait_idle(redis, 30)
    assert queue.take_over("two", idle_ms=30) == (lost, 2)
    assert queue.refresh("one", [lost.item_id, kept.item_id]) == [lost.item_id]
    (pending,) = redis.xpending_range(
        keys.QUEUE, keys.QUEUE_GROUP, lost.item_id, lost.item_id, count=1
    )
    assert pending["consumer"] == "two"


def test_refreshing_counts_as_no_delivery(queue: Queue, redis: Redis) -> None:
    queue.add("t1")
    (item,) = take(queue, "one")
    for _ in range(5):
        queue.refresh("one", [item.item_id])
    wait_idle(redis, 30)
    assert queue.take_over("two", idle_ms=30) == (item, 2)


def test_an_item_that_is_settled_is_lost_to_a_late_refresh(queue: Queue) -> None:
    queue.add("t1")
    (item,) = take(queue, "one")
    queue.drop(item)
    assert queue.refresh("one", [item.item_id]) == [item.item_id]
    assert queue.refresh("one", []) == []


def test_a_dropped_item_is_on_the_stream_no_more(queue: Queue, redis: Redis) -> None:
    queue.add("t1")
    (item,) = take(queue, "one")
    queue.drop(item)
    assert queue.backlog() == 0
    assert redis.xpending(keys.QUEUE, keys.QUEUE_GROUP)["pending"] == 0


def test_a_held_item_that_was_deleted_is_not_taken_over(queue: Queue, redis: Redis) -> None:
    queue.add("t1")
    (item,) = take(queue, "one")
    redis.xdel(keys.QUEUE, item.item_id)
    wait_idle(redis, 30)
    assert queue.take_over("two", idle_ms=30) is None


def test_a_run_is_added_once_while_it_is_on_the_queue(queue: Queue) -> None:
    assert queue.add_once("r1")
    assert not queue.add_once("r1")
    assert queue.add_once("r2")
    assert [item.subject_id for item in take(queue, "one", 10)] == ["r1", "r2"]
    assert not queue.add_once("r1")  # somebody works on it
    assert queue.backlog() == 2


def test_a_run_that_was_dropped_can_be_added_again(queue: Queue) -> None:
    queue.add_once("r1")
    (item,) = take(queue, "one")
    queue.drop(item)
    assert queue.add_once("r1")
    assert [item.subject_id for item in take(queue, "one")] == ["r1"]


def test_dropping_one_run_leaves_the_others_on_the_queue(queue: Queue) -> None:
    queue.add_once("r1")
    queue.add_once("r2")
    first, _second = take(queue, "one", 2)
    queue.drop(first)
    assert not queue.add_once("r2")
    assert queue.backlog() == 1


def test_a_run_that_redis_forgot_is_not_kept_off_the_queue_for_ever(
    queue: Queue, redis: Redis
) -> None:
    queue.add_once("r1")
    assert redis.ttl(keys.queued("r1")) == pytest.approx(24 * 3600, abs=60)


def test_the_oldest_item_tells_since_when_it_waits(queue: Queue) -> None:
    assert queue.oldest_at() is None
    before = datetime.now(UTC)
    queue.add("t1")
    oldest_at = queue.oldest_at()
    assert oldest_at is not None
    assert abs(oldest_at - before) < timedelta(seconds=5)
    queue.add("t2")
    (item,) = take(queue, "one")
    assert queue.oldest_at() == oldest_at  # one that is worked on is in the queue too
    queue.drop(item)
    assert (queue.oldest_at() or before) >= oldest_at
