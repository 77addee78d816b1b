"""Looks after the tasks that are parked: what people say lets them go on, or ends them."""

import logging
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

from redis.exceptions import RedisError

from shiploop.bootstrap import Services
from shiploop.clients.github.reviews import MOST_AT_ONCE
from shiploop.domain.delivery.change import Level
from shiploop.domain.delivery.opinion import Opinions, complaints, first_of_writers
from shiploop.domain.delivery.review import Undecided, decide_with_rules
from shiploop.domain.delivery.task_record import TaskRecord
from shiploop.domain.delivery.waiting_messages import suggestions_wait
from shiploop.errors import ShiploopError

_LOOK_S = 1.0
_OPINIONS_OF = timedelta(days=7)  # who finds an answer wrong later says so by other means
_MOST_ASKED_OF = 10  # accounts, of whose rights GitHub is asked each time

log = logging.getLogger(__name__)


class ReviewWatch:
    """Of all runners one looks each second, and asks GitHub only where it has a reason to."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._waiting = services.waiting

    def watch(self, stopping: threading.Event) -> None:
        """Look until told to stop; blocks, so it wants a thread of its own."""
        while not stopping.wait(_LOOK_S):
            try:
                if self._waiting.is_turn():
                    self._look(datetime.now(UTC))
            except (ShiploopError, RedisError) as error:
                log.warning("what people say could not be read, it is tried again: %s", error)
            except Exception:
                # A field that nobody could foresee: all that waits shares this thread.
                log.exception("what people say could not be read")

    def _look(self, now: datetime) -> None:
        due = self._waiting.due(now, MOST_AT_ONCE)
        for task_id in due.expired:
            self._wake(task_id, now, "nobody has decided in time")
        self._decide(sorted(due.hinted), now)
        if self._waiting.is_time_to_poll(self._services.settings.review_poll_s):
            self._poll(now)

    def _poll(self, now: datetime) -> None:
        waiting = self._waiting.all()
        for batch in _batches(waiting):
            self._decide(batch, now)
        self._tell(waiting, now)
        self._read_opinions(now)

    def _decide(self, task_ids: Sequence[str], now: datetime) -> None:
        records = self._waiting.read(task_ids)
        asking = []
        for record in records:
            if record.cancel_requested_at is not None:
                self._wake(record.task_id, now, "it is to be cancelled")
            else:
                asking.append(record)
        if not asking:
            return
        if self._services.freeze.reason() is not None:
            self._waiting.hint([record.task_id for record in asking])  # nothing could be merged
            return
        try:
            self._ask(asking, now)
        except ShiploopError:
            self._waiting.hint([record.task_id for record in asking])
            raise

    def _ask(self, records: Sequence[TaskRecord], now: datetime) -> None:
        said = self._services.reviews.read([record.pull_id or "" for record in records])
        for record in records:
            of_pull = said.get(record.pull_id or "")
            if of_pull is None:
                self._wake(record.task_id, now, "its pull request is gone")
                continue
            decision = decide_with_rules(
                of_pull,
                record.heads,
                self._services.rules.known(),
                record.approved_by or "",
                suggested=record.level is not Level.AUTO,
            )
            if not isinstance(decision, Undecided):
                self._wake(record.task_id, now, type(decision).__name__.casefold())

    def _wake(self, task_id: str, now: datetime, why: str) -> None:
        if self._waiting.wake(task_id, now):
            log.info("trace_id=%s goes on: %s", task_id, why)

    def _tell(self, waiting: Sequence[str], now: datetime) -> None:
        """Say that suggestions wait, in one notice an hour at most."""
        if not waiting:
            return
        since = self._waiting.untold_since()
        records = self._waiting.read(waiting[:MOST_AT_ONCE])
        new = [record for record in records if _parked_s(record) > since]
        if not new:
            return
        text = suggestions_wait(new, len(waiting))
        if self._services.notices.post(f"suggestions-{now:%Y%m%d%H}", text):
            self._waiting.note_told(now.timestamp())

    def _read_opinions(self, now: datetime) -> None:
        """What people think of what was shipped lately, in one query."""
        since = now - _OPINIONS_OF
        shipped = self._services.autonomy.newest_shipped(since, MOST_AT_ONCE)
        if not shipped:
            return
        read = self._services.reviews.read_opinions(list(shipped.values()))
        opinions = {each.pull_id: each for each in read if any(complaints(each))}
        writers = self._writers(list(opinions.values()))
        for task_id, pull_id in shipped.items():
            found = opinions.get(pull_id)
            complaint = first_of_writers(found, writers) if found else None
            if complaint is not None:
                login, harm = complaint
                self._services.autonomy.say_wrong(task_id, harm, f"{harm} of {login}", now)

    def _writers(self, opinions: Sequence[Opinions]) -> frozenset[str]:
        logins = dict.fromkeys(login for each in opinions for login, _ in complaints(each))
        asked = islice(logins, _MOST_ASKED_OF)
        return frozenset(login for login in asked if self._services.reviews.may_write(login))


def _batches(task_ids: Sequence[str]) -> list[Sequence[str]]:
    return [task_ids[at : at + MOST_AT_ONCE] for at in range(0, len(task_ids), MOST_AT_ONCE)]


def _parked_s(record: TaskRecord) -> float:
    return record.waits[-1][0].timestamp() if record.waits else 0.0
