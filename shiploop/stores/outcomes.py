"""The one way to end a task: its outcome written, counted, and told, all or nothing.

All days are UTC days. What a task has added to the numbers can be taken back exactly.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import cast

from redis import Redis

from shiploop.domain.delivery.autonomy import Harm
from shiploop.domain.delivery.change import Source
from shiploop.domain.delivery.task import REJECTED, Merge, Outcome, Status, Task, tte_ms
from shiploop.domain.delivery.task_record import TaskRecord, read_task_record
from shiploop.domain.limits import MAX_SHIPPED
from shiploop.domain.objectives.measurement import Measurement, measure
from shiploop.domain.objectives.slo import Slo
from shiploop.domain.timestamps import iso_ms
from shiploop.stores import keys
from shiploop.stores.autonomy import standing_name
from shiploop.stores.scripts import load_script
from shiploop.stores.tasks import Lease


class Settlement(StrEnum):
    """What became of an attempt to settle a task."""

    SETTLED = "settled"
    ALREADY = "already"
    LOST = "lost"


class Outcomes:
    """Writes outcomes; nobody else does."""

    def __init__(
        self,
        redis: Redis,
        slos: Sequence[Slo],
        retention_s: int,
        queue: str = keys.QUEUE,
        ledger: str = "",
    ) -> None:
        """`ledger` names a list of what was counted, for those who take it back some day."""
        self._redis = redis
        self._slos = tuple(slos)
        self._retention_s = retention_s
        self._queue = queue
        self._ledger = ledger
        self._settle = redis.register_script(load_script("settle"))

    def settle(self, task: Task, lease: Lease, outcome: Outcome, now: datetime) -> Settlement:
        """Write the outcome, count it, and take the task off the queue, all or nothing.

        ALREADY when the task had an outcome; LOST when the lease belongs to somebody
        else, and then nothing was written.
        """
        names = [
            self._queue,
            keys.task(task.task_id),
            keys.dedupe(task.agent, task.dedupe_key),
            keys.events(task.task_id),
            keys.AUTONOMY,
            keys.shipped(task.task_id),
            keys.SHIPPED,
        ]
        record = self._record(task)
        arguments: list[str | int] = [
            keys.QUEUE_GROUP,
            lease.consumer,
            lease.item_id,
            task.task_id,
            json.dumps(_outcome_fields(task, outcome, now)),
            keys.TASK_TTL_S,
            self._measured(record, outcome, now),
            self._ledger,
            keys.EVENTS_CHANNEL,
            "" if self._ledger else _standing(record, outcome, now),
        ]
        return Settlement(cast(str, self._settle(keys=names, args=arguments)))

    def _record(self, task: Task) -> TaskRecord | None:
        # Its stages are in there: only the holder of the lease writes them.
        fields = cast(dict[str, str], self._redis.hgetall(keys.task(task.task_id)))
        return read_task_record(fields) if fields else None

    def _measured(self, record: TaskRecord | None, outcome: Outcome, now: datetime) -> str:
        if record is None:
            return ""  # of what is gone nothing is counted
        return recording(measure(record, outcome, self._slos, now), self._retention_s)


def _standing(record: TaskRecord | None, outcome: Outcome, now: datetime) -> str:
    """What the outcome says of its kind of answer, as JSON; empty where that is nothing."""
    is_rejected = outcome.status is Status.DECLINED and outcome.reason == REJECTED
    if record is None or not (is_rejected or outcome.merge is not None):
        return ""
    said = {
        "kind": standing_name(record.agent, record.kind or ""),
        "counts": is_rejected or outcome.status is Status.DONE,
        "harm": str(Harm.REJECTED) if is_rejected else "",
        "merged": outcome.merge is not None,
        "pull_id": record.pull_id or "",
        "kept_s": keys.SHIPPED_TTL_S,
        "settled_s": round(now.timestamp()),
        "most": MAX_SHIPPED,
    }
    return json.dumps(said)


def _outcome_fields(task: Task, outcome: Outcome, now: datetime) -> dict[str, str]:
    fields = {"status": str(outcome.status), "updated_at": iso_ms(now), "settled_at": iso_ms(now)}
    if outcome.failure_kind is not None:
        fields |= {"failure_kind": str(outcome.failure_kind), "error": outcome.reason}
    elif outcome.status is Status.DECLINED:
        fields |= {"reason": outcome.reason, "closest": _as_json(outcome.closest)}
    if outcome.merge is not None:
        fields |= _merge_fields(task, outcome.merge)
    if outcome.entry_url is not None:
        fields["entry_url"] = outcome.entry_url
    return fields


def _as_json(sections: Sequence[Source]) -> str:
    return json.dumps([asdict(section) for section in sections], ensure_ascii=False)


def _merge_fields(task: Task, merge: Merge) -> dict[str, str]:
    fields = {"state": "merged", "merge_sha": merge.sha, "merged_at": iso_ms(merge.merged_at)}
    if task.waits == 0:  # how long a person took is no time of ours
        fields["tte_ms"] = str(tte_ms(task.accepted_at, merge.merged_at))
    return fields


def recording(measurement: Measurement, retention_s: int) -> str:
    """A measurement as the JSON that `record` takes."""
    at, day = measurement.at, measurement.at.date()
    good = {slo: "good" if is_good else "bad" for slo, is_good in measurement.good.items()}
    durations = measurement.durations_ms
    kept: list[tuple[str, int, int]] = [
        (keys.metrics(name, day), took_ms, retention_s) for name, took_ms in durations.items()
    ]
    if "tte" in durations:
        hour = keys.metrics_hour("tte-hour", at)
        kept.append((hour, durations["tte"], keys.METRICS_HOUR_TTL_S))
    told = {
        "task_id": measurement.task_id,
        "ttl": retention_s,
        "counts": [*measurement.counts, *(f"slo:{slo}:{how}" for slo, how in good.items())],
        "minute": at.hour * 60 + at.minute,
        "events": [keys.slo_events(slo, how, day) for slo, how in good.items()],
        "durations": kept,
        "tte_ms": durations.get("tte"),
        "waited_ms": durations.get("waited"),
        "counter": _rfc_counter(measurement),
        "counts_key": keys.metrics("counts", day),
        "ever_key": keys.METRICS_EVER,
    }
    # Lua takes a JSON null for something that is there.
    return json.dumps({name: value for name, value in told.items() if value is not None})


def _rfc_counter(measurement: Measurement) -> str | None:
    for status, counter in (("done", "success"), ("error", "failure")):
        if f"status:{status}" in measurement.counts:
            return keys.metrics(counter, measurement.at.date())
    return None  # declined: neither (RFC 5.3.2)
