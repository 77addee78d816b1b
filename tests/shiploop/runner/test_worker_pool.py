"""A pool on a real Valkey: bounded slots, leases that hold, and work that outlives its runner."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from redis import Redis
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

from shiploop.runner.worker_pool import WorkerPool
from shiploop.stack.addresses import free_port
from shiploop.stores import keys
from shiploop.stores.queue import Queue, QueueItem
from tests.until import wait_until
from tests.valkey import valkey

LEASE_S = 0.5
SILENT = "a runner that is no more"


class Works:
    """Work that is over when the test says so, and what was seen of it."""

    def __init__(self, queue: Queue) -> None:
        self.begun: list[tuple[str, int]] = []
        self.at_once: Counter[str] = Counter()
        self.most_at_once = 0
        self.go_on = threading.Event()
        self._queue = queue
        self._lock = threading.Lock()

    def __call__(self, item: QueueItem, deliveries: int) -> None:
        with self._lock:
            self.begun.append((item.subject_id, deliveries))
            self.at_once[item.subject_id] += 1
            self.most_at_once = max(self.most_at_once, self.at_once.total())
        self.go_on.wait()
        self._queue.drop(item)
        with self._lock:
            self.at_once[item.subject_id] -= 1

    def names(self) -> list[str]:
        return [run_id for run_id, _ in self.begun]


@pytest.fixture
def queue(redis: Redis) -> Queue:
    made = Queue(redis, redis, keys.QUEUE, "task_id")
    made.create_group()
    return made


@pytest.fixture
def works(queue: Queue) -> Iterator[Works]:
    made = Works(queue)
    yield made
    made.go_on.set()


def lane_of(queue: Queue, work: Callable[[QueueItem, int], None], slots: int = 4) -> WorkerPool:
    return WorkerPool(queue, "this-runner", slots, LEASE_S, work)


@contextmanager
def running(pool: WorkerPool) -> Iterator[threading.Event]:
    """Let a worker pool take work for the length of the block; yields what stops it."""
    stopping = threading.Event()
    taking = threading.Thread(target=pool.take_until, args=[stopping])
    # For as long as the process lives: nobody joins it, and once stopped it takes nothing over.
    threading.Thread(target=pool.keep_leases, args=[stopping], daemon=True).start()
    taking.start()
    try:
        yield stopping
    finally:
        stopping.set()
        taking.join(timeout=10)
        assert not taking.is_alive()
        pool.finish(time.monotonic() + 10)


def held_by(redis: Redis) -> dict[str, str]:
    """Who holds each item that is being worked on."""
    pending = redis.xpending_range(keys.QUEUE, keys.QUEUE_GROUP, "-", "+", 100)
    return {str(item["message_id"]): str(item["consumer"]) for item in pending}


def longer_than_a_lease(redis: Redis) -> None:
    """Wait by Redis' own clock until whoever did not refresh has lost its lease."""

    def now_s() -> float:
        seconds, microseconds = redis.time()
        return float(seconds) + microseconds / 1_000_000

    until_s = now_s() + 2 * LEASE_S
    wait_until(lambda: now_s() >= until_s)


def test_items_are_begun_in_their_order(queue: Queue, works: Works) -> None:
    names = [f"t{number}" for number in range(6)]
    for name in names:
        queue.add(name)
    works.go_on.set()
    with running(lane_of(queue, works, slots=1)):
        wait_until(lambda: queue.backlog() == 0)
    assert works.names() == names


def test_no_more_items_are_worked_on_at_once_than_there_are_slots(
    queue: Queue, works: Works
) -> None:
    for number in range(6):
        queue.add(f"t{number}")
    pool = lane_of(queue, works, slots=2)
    with running(pool):
        wait_until(lambda: set(works.names()) == {"t0", "t1"})
        assert len(pool.held()) == 2
        works.go_on.set()
        wait_until(lambda: queue.backlog() == 0)
    assert sorted(works.names()) == [f"t{number}" for number in range(6)]
    assert works.most_at_once == 2


def test_work_that_takes_longer_than_a_lease_stays_with_its_runner(
    queue: Queue, works: Works, redis: Redis
) -> None:
    queue.add("t1")
    with running(lane_of(queue, works)):
        wait_until(lambda: works.names() == ["t1"])
        longer_than_a_lease(redis)
        assert queue.take_over("another", round(LEASE_S * 1000)) is None
        works.go_on.set()
        wait_until(lambda: queue.backlog() == 0)
    assert works.begun == [("t1", 1)]


@pytest.mark.parametrize("slots", [1, 32])
def test_what_a_dead_runner_held_is_taken_over_behind_many_that_live(
    queue: Queue, works: Works, redis: Redis, slots: int
) -> None:
    for number in range(21):
        queue.add(f"t{number}")
    *living, _ = queue.take("a runner that lives", 21, 50)
    queue.drop(living.pop())
    works.go_on.set()
    with running(lane_of(queue, works, slots)):

        def taken_over() -> bool:
            queue.refresh("a runner that lives", [item.item_id for item in living])
            return works.begun == [("t20", 2)]

        wait_until(taken_over)
    assert set(held_by(redis).values()) == {"a runner that lives"}


def test_what_a_dead_runner_held_does_not_wait_behind_the_backlog(
    queue: Queue, works: Works
) -> None:
    queue.add("crashed")
    queue.take(SILENT, 1, 50)
    works.go_on.set()

    def one_more(item: QueueItem, deliveries: int) -> None:
        works(item, deliveries)
        if item.subject_id != "crashed":
            queue.add(f"{item.subject_id}+")  # a backlog that never ends
            time.sleep(0.02)

    queue.add("new")
    with running(lane_of(queue, one_more, slots=1)) as stopping:
        wait_until(lambda: ("crashed", 2) in works.begun)
        stopping.set()


def test_work_that_raises_is_done_again_under_the_same_lease(queue: Queue) -> None:
    begun: list[tuple[str, int]] = []

    def work(item: QueueItem, deliveries: int) -> None:
        begun.append((item.subject_id, deliveries))
        if len(begun) == 1:
            raise RuntimeError("Prefect is away")
        queue.drop(item)

    queue.add("t1")
    pool = lane_of(queue, work, slots=1)
    with running(pool):
        wait_until(lambda: queue.backlog() == 0)
        wait_until(lambda: pool.held() == ())
    assert begun == [("t1", 1), ("t1", 1)]


def test_after_many_items_every_slot_is_free_again(queue: Queue, redis: Redis) -> None:
    failed_once: set[str] = set()
    all_at_once = threading.Barrier(4, timeout=5)

    def work(item: QueueItem, _deliveries: int) -> None:
        if item.subject_id == "together":
            all_at_once.wait()
        elif int(item.subject_id) % 5 == 0 and item.subject_id not in failed_once:
            failed_once.add(item.subject_id)
            raise RuntimeError("the first time goes wrong")
        queue.drop(item)

    for number in range(50):
        queue.add(str(number))
    threads_before = threading.active_count()
    pool = lane_of(queue, work, slots=4)
    with running(pool):
        wait_until(lambda: queue.backlog() == 0)
        for _ in range(4):  # they pass the barrier only if four can work at once
            queue.add("together")
        wait_until(lambda: queue.backlog() == 0)
    assert all_at_once.broken is False
    assert pool.held() == ()
    assert held_by(redis) == {}
    assert threading.active_count() <= threads_before + 1  # the keeper of leases


class Paused(Queue):
    """A queue whose reader is stopped, as by SIGSTOP, between Redis' answer and its own work."""

    def __init__(self, redis: Redis) -> None:
        super().__init__(redis, redis, keys.QUEUE, "task_id")
        self.go_on = threading.Event()
        self.delivered = threading.Event()

    def take(self, consumer: str, count: int, block_ms: int) -> list[QueueItem]:
        taken = super().take(consumer, count, block_ms)
        if taken:
            self.delivered.set()
            self.go_on.wait()
        return taken


def test_an_item_delivered_to_a_runner_that_paused_is_worked_on_once(
    queue: Queue, works: Works, redis: Redis
) -> None:
    paused = Paused(redis)
    queue.add("t1")
    pool = lane_of(paused, works)
    with running(pool):
        assert paused.delivered.wait(5)
        longer_than_a_lease(redis)
        paused.go_on.set()
        wait_until(lambda: works.names() != [])
        longer_than_a_lease(redis)
        assert works.names() == ["t1"]
        works.go_on.set()
        wait_until(lambda: queue.backlog() == 0)
    assert works.most_at_once == 1


class Unrefreshed(Queue):
    """A queue on which no lease is ever refreshed, as if the runner had slept all the time."""

    def __init__(self, redis: Redis) -> None:
        super().__init__(redis, redis, keys.QUEUE, "task_id")
        self.taken_over: list[QueueItem] = []

    def refresh(self, consumer: str, item_ids: object) -> list[str]:
        return []

    def take_over(self, consumer: str, idle_ms: int) -> tuple[QueueItem, int] | None:
        found = super().take_over(consumer, idle_ms)
        if found is not None:
            self.taken_over.append(found[0])
        return found


def test_a_runner_that_finds_its_own_item_stale_does_not_begin_it_again(
    queue: Queue, works: Works, redis: Redis
) -> None:
    unrefreshed = Unrefreshed(redis)
    queue.add("t1")
    pool = lane_of(unrefreshed, works, slots=4)
    with running(pool):
        wait_until(lambda: len(unrefreshed.taken_over) >= 2)
        assert works.begun == [("t1", 1)]
        assert len(pool.held()) == 1
        for number in range(3):  # no slot was lost to it
            queue.add(f"other{number}")
        wait_until(lambda: works.most_at_once == 4)
        works.go_on.set()
        wait_until(lambda: queue.backlog() == 0)
    assert works.most_at_once == 4


def test_a_runner_that_stops_keeps_its_leases_and_begins_nothing(
    queue: Queue, works: Works, redis: Redis
) -> None:
    queue.add("t1")
    queue.add("of a dead runner")
    pool = lane_of(queue, works)
    with ExitStack() as block:
        stopping = block.enter_context(running(pool))
        wait_until(lambda: len(works.begun) == 2)
        stopping.set()
        longer_than_a_lease(redis)  # longer than a read blocks, too
        queue.add("new")
        stale = queue.take(SILENT, 1, 50)
        queue.add("newer")
        longer_than_a_lease(redis)
        assert len(works.begun) == 2
        held = held_by(redis)
        assert sorted(held.values()) == [SILENT, "this-runner", "this-runner"]
        assert queue.take_over("another", round(LEASE_S * 1000)) == (stale[0], 2)
        works.go_on.set()
    assert pool.held() == ()
    assert queue.backlog() == 2


def test_a_runner_gives_up_what_does_not_end_in_its_grace_time(queue: Queue, works: Works) -> None:
    queue.add("t1")
    pool = lane_of(queue, works)
    with running(pool) as stopping:
        wait_until(lambda: works.names() == ["t1"])
        stopping.set()
        begun = time.monotonic()
        pool.finish(begun + 0.1)
        assert 0.1 <= time.monotonic() - begun < 2
        assert [item.subject_id for item in pool.held()] == ["t1"]
        works.go_on.set()


@contextmanager
def impatient_client(port: int) -> Iterator[Redis]:
    with Redis(
        port=port,
        decode_responses=True,
        legacy_responses=False,
        retry=Retry(ConstantBackoff(0), 0),
    ) as redis:
        yield redis


def test_when_redis_was_away_nothing_is_taken_over_for_a_lease(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    port, lease_s = free_port(), 1.2
    begun: list[tuple[str, int]] = []
    with impatient_client(port) as redis:
        queue = Queue(redis, redis, keys.QUEUE, "task_id")
        pool = WorkerPool(queue, "this-runner", 4, lease_s, lambda *work: begun.append(seen(*work)))
        with valkey(tmp_path, port):
            queue.create_group()
            queue.add("of another")
            (item,) = queue.take("a runner that lives", 1, 50)
            lane_block = ExitStack()
            lane_block.enter_context(running(pool))
        with lane_block:
            wait_until(lambda: "Redis is away" in caplog.text)
            away_until = time.monotonic() + 1.5 * lease_s
            wait_until(lambda: time.monotonic() > away_until)
            assert_refused(redis)
            with valkey(tmp_path, port):
                back_at = time.monotonic()
                # Stale for longer than a lease, and yet left to its holder to refresh.
                wait_until(lambda: time.monotonic() > back_at + lease_s / 2)
                assert begun == []
                assert queue.refresh("a runner that lives", [item.item_id]) == []
                wait_until(lambda: begun == [("of another", 2)])
                assert time.monotonic() - back_at >= 1.4 * lease_s
                queue.drop(item)
                lane_block.close()


def seen(item: QueueItem, deliveries: int) -> tuple[str, int]:
    return item.subject_id, deliveries


def assert_refused(redis: Redis) -> None:
    with pytest.raises(RedisConnectionError):
        redis.ping()


def test_an_item_for_which_the_system_has_no_thread_is_begun_later(
    queue: Queue, works: Works, caplog: pytest.LogCaptureFixture
) -> None:
    works.go_on.set()
    with running(lane_of(queue, works, slots=1)):
        with no_thread_fits():
            queue.add("t1")
            wait_until(lambda: "left to be taken over" in caplog.text)
        queue.add("t2")
        wait_until(lambda: queue.backlog() == 0)
    assert sorted(works.names()) == ["t1", "t2"]


@contextmanager
def no_thread_fits() -> Iterator[None]:
    """Let each new thread ask for a stack that no system has."""
    before = threading.stack_size(2**46)
    try:
        yield
    finally:
        threading.stack_size(before)
