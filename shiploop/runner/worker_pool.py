"""Takes items off one queue and works on each in a thread of its own, under its lease."""

import contextvars
import logging
import threading
import time
from collections.abc import Callable

from redis.exceptions import RedisError

from shiploop.observability import bound_trace
from shiploop.stores.queue import Queue, QueueItem

_TAKE_BLOCK_MS = 250  # how soon a stop, or a time to take over, is noticed
_REFRESHES_PER_LEASE = 3  # two may be missed before somebody else takes over
_REDIS_AGAIN_S = 0.2
_THREAD_AGAIN_S = 0.5
_WORK_AGAIN_S = (1, 2, 4, 8, 15, 30, 30, 30, 30, 30)

log = logging.getLogger(__name__)


class WorkerPool:
    """One queue with slots of its own, so that no other work can keep its items waiting.

    `work` is given an item and how often it was delivered. When it returns, the item has
    to be off the queue. It raises what may pass, such as an outage, and is called again for
    some minutes; then the item is left to be taken over once its lease has run out.
    """

    def __init__(
        self,
        queue: Queue,
        consumer: str,
        slots: int,
        lease_s: float,
        work: Callable[[QueueItem, int], None],
    ) -> None:
        self._queue = queue
        self._consumer = consumer
        self._slots = threading.Semaphore(slots)
        self._lease_s = lease_s
        self._work = work
        self._held: dict[str, tuple[QueueItem, threading.Thread]] = {}
        self._lock = threading.Lock()
        self._may_take_over = threading.Event()
        self._claim_again_at = 0.0

    def held(self) -> tuple[QueueItem, ...]:
        """The items that are being worked on."""
        with self._lock:
            return tuple(item for item, _ in self._held.values())

    def take_until(self, stopping: threading.Event) -> None:
        """Take items until told to stop; blocks, so it wants a thread of its own.

        One thread takes what is new and what is stale: none is begun twice, and what was
        begun elsewhere goes first, however long the backlog is and however few the slots.
        """
        while not stopping.is_set():
            if not self._slots.acquire(timeout=_TAKE_BLOCK_MS / 1000):
                continue
            taken = self._next()
            if taken is None:
                self._slots.release()
            else:
                self._start(*taken)

    def keep_leases(self, _stopping: threading.Event) -> None:
        """Refresh what is held for as long as the process lives.

        What a runner that stops still works on stays its own.
        """
        while True:
            time.sleep(self._lease_s / _REFRESHES_PER_LEASE)
            try:
                self._refresh()
                self._may_take_over.set()
            except RedisError as error:
                self._lost_redis(error)

    def finish(self, give_up_at: float) -> None:
        """Wait for what is running; what is not done by then (monotonic), somebody resumes."""
        with self._lock:
            threads = [thread for _, thread in self._held.values()]
        for thread in threads:
            thread.join(max(0.0, give_up_at - time.monotonic()))

    def _next(self) -> tuple[QueueItem, int] | None:
        try:
            return self._take_over() or self._take()
        except RedisError as error:
            self._lost_redis(error)
            return None

    def _take(self) -> tuple[QueueItem, int] | None:
        items = self._queue.take(self._consumer, 1, _TAKE_BLOCK_MS)
        return (items[0], 1) if items else None

    def _refresh(self) -> None:
        held = [item.item_id for item in self.held()]
        for lost in self._queue.refresh(self._consumer, held):
            log.warning("the lease on item %s is somebody else's now", lost)

    def _take_over(self) -> tuple[QueueItem, int] | None:
        if not self._may_take_over.is_set() or time.monotonic() < self._claim_again_at:
            return None
        found = self._queue.take_over(self._consumer, round(self._lease_s * 1000))
        # Its own is stale when this process was stopped for a lease: that work goes on.
        if found is None or found[0].item_id in self._held:
            self._may_take_over.clear()  # until the next refresh
            return None
        item, deliveries = found
        log.warning("trace_id=%s is taken over, delivery %d", item.subject_id, deliveries)
        return found

    def _start(self, item: QueueItem, deliveries: int) -> None:
        # The copy carries Prefect's client context: without it every run makes a client of
        # its own, TLS context included.
        context = contextvars.copy_context()
        thread = threading.Thread(
            target=context.run,
            args=[self._run, item, deliveries],
            name=item.subject_id,
            daemon=True,
        )
        with self._lock:
            self._held[item.item_id] = (item, thread)
        try:
            thread.start()
        except RuntimeError as error:  # the system has no thread left
            log.error("trace_id=%s is left to be taken over: %s", item.subject_id, error)
            self._let_go(item)
            time.sleep(_THREAD_AGAIN_S)

    def _run(self, item: QueueItem, deliveries: int) -> None:
        with bound_trace(item.subject_id):
            try:
                self._work_patiently(item, deliveries)
            finally:
                self._let_go(item)

    def _let_go(self, item: QueueItem) -> None:
        with self._lock:
            del self._held[item.item_id]
        self._slots.release()

    def _work_patiently(self, item: QueueItem, deliveries: int) -> None:
        # Under the same lease: a delivery is spent by a death, not by a Prefect that is away.
        for again_s in _WORK_AGAIN_S:
            try:
                self._work(item, deliveries)
            except Exception:
                log.exception("not settled: tried again in %d s", again_s)
                time.sleep(again_s)
            else:
                return
        log.error("not settled: left to whoever takes it over")

    def _lost_redis(self, error: RedisError) -> None:
        # Every idle time has grown while Redis was away: claim nothing until the living
        # have had the time to refresh what is theirs.
        log.warning("Redis is away: %s", error)
        self._may_take_over.clear()
        self._claim_again_at = time.monotonic() + self._lease_s
        time.sleep(_REDIS_AGAIN_S)
