"""Looks after all that an agent has shipped, and asks again what is not so any more."""

import logging
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import prefect
from prefect import runtime

from shiploop.bootstrap import services
from shiploop.domain.delivery.task_record import TaskRecord
from shiploop.domain.upkeep.kept import Kept, Noted, Standing
from shiploop.domain.upkeep.kept_record import (
    Birth,
    KeptRecord,
    begin_record,
    note_answer,
    note_asked,
    noted_of,
    see,
)
from shiploop.domain.upkeep.messages import swept_text
from tasks.shared.durability import RETRIED

log = logging.getLogger(__name__)


def agents_to_sweep() -> tuple[str, ...]:
    """The names of our agents."""
    return services().agents.names


@prefect.task(name="sweep-agent", task_run_name="sweep-{agent}", **RETRIED)
def sweep_agent(agent: str) -> str:
    """Hold what an agent keeps true against the newest files; returns what came of it.

    While merges are frozen nothing is asked, but everything is looked at.
    """
    store = services().kept_records
    if not store.begin_sweep(agent, str(runtime.flow_run.id)):
        return f"{agent}: another sweep is at it"
    services().documents.refresh()
    memory = _Memory(store.read(agent))
    most = 0 if services().freeze.reason() else services().settings.sweep_tasks
    found = services().agents.due(agent, memory.recall, most)
    records = list(_looked_at(agent, found, memory))
    store.replace(agent, records)
    store.end_sweep(agent)
    return swept_text(agent, records)


class _Memory:
    """What sweeps and tasks have noted of each piece."""

    def __init__(self, records: Mapping[str, KeptRecord]) -> None:
        self._records = records
        self._births: Mapping[str, Birth] = {}

    def recall(self, pieces: Mapping[str, str]) -> dict[str, Noted]:
        """What the agent has to know of its pieces, given the task that has shipped each."""
        new = [task_id for key, task_id in pieces.items() if not self._knows(key, task_id)]
        self._births = services().kept_records.births(new) if new else {}
        return {
            key: noted_of(task_id, self._records.get(key), self._birth(task_id))
            for key, task_id in pieces.items()
        }

    def record(self, kept: Kept, now: datetime) -> KeptRecord:
        """The record of a piece, begun where it is seen for the first time as it is."""
        record = self._records.get(kept.key)
        if record is None or record.task_id != kept.task_id:
            record = begin_record(kept, self._birth(kept.task_id), record, now)
        return see(record, kept, now)

    def _knows(self, key: str, task_id: str) -> bool:
        return key in self._records and self._records[key].task_id == task_id

    def _birth(self, task_id: str) -> Birth:
        return self._births.get(task_id, Birth())


def _looked_at(agent: str, found: Sequence[Kept], memory: _Memory) -> Iterator[KeptRecord]:
    now = datetime.now(UTC)
    for kept in found:
        record = memory.record(kept, now)
        if kept.request is None:
            yield note_answer(record, _task_that_asks(record))
            continue
        task_id = _ask_again(agent, kept, kept.request, now)
        yield record if task_id is None else note_asked(record, kept, task_id, now)


def _task_that_asks(record: KeptRecord) -> TaskRecord | None:
    if record.standing is not Standing.ASKED or record.asked_task_id is None:
        return None
    return services().tasks.read(record.asked_task_id)


def _ask_again(agent: str, kept: Kept, fields: Mapping[str, object], now: datetime) -> str | None:
    """The task that asks, which may be there already; None where too many wait."""
    request = services().agents.ask_again(agent, kept, fields)
    limit = services().settings.queue_limit
    task_id = services().intake.accept_if_room(str(uuid.uuid4()), request, now, limit)
    log.info("what an entry cites is %s: asked again by task %s", kept.standing, task_id)
    return task_id
