"""The task hash: what is known of one task, and the one way to end it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from redis import Redis

from shiploop.domain.delivery.change import Source
from shiploop.domain.delivery.task import Merge, Outcome, Stage, Status, Task, tte_ms
from shiploop.domain.objectives.measurement import measure
from shiploop.domain.objectives.slo import Slo
from shiploop.domain.timestamps import from_iso, iso_ms
from shiploop.stores import keys
from shiploop.stores.events import WRITE_EVENT, EventKind
from shiploop.stores.recording import RECORD, recording

# Fenced: only the consumer that holds the stream entry may write an outcome, and only
# one outcome is ever written. Counting happens here and nowhere else.
_SETTLE = (
    WRITE_EVENT
    + RECORD
    + """
local queue, task, dedupe, events = unpack(KEYS)
local group, consumer, entry_id, task_id, outcome, task_ttl, measured, ledger = unpack(ARGV)
local held = redis.call('XPENDING', queue, group, entry_id, entry_id, 1)[1]
if not held or held[2] ~= consumer then return 'lost' end
local status = redis.call('HGET', task, 'status')
local open = status == 'queued' or status == 'running'
if open then
  local fields = cjson.decode(outcome)
  local changes = {}
  for name, value in pairs(fields) do
    redis.call('HSET', task, name, value)
    if not is_time(name) then
      table.insert(changes, name)
      table.insert(changes, value)
    end
  end
  redis.call('HDEL', task, 'stage')
  redis.call('EXPIRE', task, task_ttl)
  record(cjson.decode(measured), 1)
  if ledger ~= '' then redis.call('RPUSH', ledger, measured) end
  if fields['status'] ~= 'done' and redis.call('GET', dedupe) == task_id then
    redis.call('DEL', dedupe)
  end
  write_event(events, task_id, 'settled', fields['settled_at'], changes)
end
redis.call('XACK', queue, group, entry_id)
redis.call('XDEL', queue, entry_id)
return open and 'settled' or 'already'
"""
)

# A task that has ended keeps its outcome, whatever a late writer believes.
# What it has said already (a resumed run enters its stage again) is no event.
_UPDATE = (
    WRITE_EVENT
    + """
local task, events = unpack(KEYS)
local task_ttl, dedupe_prefix, dedupe_ttl, kind, at = unpack(ARGV)
local status = redis.call('HGET', task, 'status')
if status ~= 'queued' and status ~= 'running' then return 0 end
local changes = {}
for i = 6, #ARGV, 2 do
  local name, value = ARGV[i], ARGV[i + 1]
  if not is_time(name) and redis.call('HGET', task, name) ~= value then
    table.insert(changes, name)
    table.insert(changes, value)
  end
  redis.call('HSET', task, name, value)
  if name == 'stage' then
    local before = redis.call('HGET', task, 'stages_entered')
    local entered = (before and before .. ' ' or '') .. value .. '@' .. at
    redis.call('HSET', task, 'stages_entered', entered)
  end
end
redis.call('HSET', task, 'updated_at', at)
redis.call('EXPIRE', task, task_ttl)
local task_id = redis.call('HGET', task, 'task_id')
local dedupe = redis.call('HGET', task, 'dedupe')
  or dedupe_prefix .. redis.call('HGET', task, 'question_hash')
if redis.call('GET', dedupe) == task_id then redis.call('EXPIRE', dedupe, dedupe_ttl) end
if #changes > 0 then write_event(events, task_id, kind, at, changes) end
return 1
"""
)

# Whoever holds the stream entry is the runner that works on the task, and nobody else.
_HOLD = """
local held = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[3], ARGV[3], 1)[1]
if not held or held[2] ~= ARGV[2] or redis.call('EXISTS', KEYS[2]) == 0 then return 0 end
redis.call('HSET', KEYS[2], 'worker_id', ARGV[2])
return 1
"""

# What has expired does not come back with a few fields.
_NOTE_ROLLBACK = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'updated_at', ARGV[1])
for i = 3, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
return redis.call('EXPIRE', KEYS[1], ARGV[2])
"""

# Asking twice is the same as asking once.
_REQUEST_CANCELLATION = (
    WRITE_EVENT
    + """
local status = redis.call('HGET', KEYS[1], 'status')
if not status then return 'unknown' end
if status ~= 'queued' and status ~= 'running' then return 'settled' end
if redis.call('HSETNX', KEYS[1], 'cancel_requested_at', ARGV[1]) == 1 then
  redis.call('HSET', KEYS[1], 'updated_at', ARGV[1])
  redis.call('EXPIRE', KEYS[1], ARGV[2])
  write_event(KEYS[2], redis.call('HGET', KEYS[1], 'task_id'), 'cancel_requested', ARGV[1], {})
end
return 'requested'
"""
)


class Settlement(StrEnum):
    """What became of an attempt to settle a task."""

    SETTLED = "settled"
    ALREADY = "already"
    LOST = "lost"


class Cancellation(StrEnum):
    """What became of a request to cancel a task."""

    REQUESTED = "requested"
    SETTLED = "settled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to settle a task: the stream entry and the consumer that holds it."""

    consumer: str
    entry_id: str


class Tasks:
    """Reads and writes tasks."""

    def __init__(
        self,
        redis: Redis,
        deadline_s: int,
        slos: Sequence[Slo] = (),
        retention_s: int = 24 * 3600,
        queue: str = keys.QUEUE,
        ledger: str = "",
    ) -> None:
        """`ledger` names a list of what was counted, for those who take it back some day."""
        self._redis = redis
        self._deadline = timedelta(seconds=deadline_s)
        self._slos = tuple(slos)
        self._retention_s = retention_s
        self._queue = queue
        self._ledger = ledger
        self._settle = redis.register_script(_SETTLE)
        self._hold = redis.register_script(_HOLD)
        self._update = redis.register_script(_UPDATE)
        self._note_rollback = redis.register_script(_NOTE_ROLLBACK)
        self._request_cancellation = redis.register_script(_REQUEST_CANCELLATION)

    def read(self, task_id: str) -> dict[str, str] | None:
        """All fields of a task, None when there is no such task (any more)."""
        return cast(dict[str, str], self._redis.hgetall(keys.task(task_id))) or None

    def load(self, task_id: str) -> Task | None:
        """The task as the flow needs it."""
        fields = self.read(task_id)
        if fields is None:
            return None
        accepted_at = from_iso(fields["created_at"])
        agent, request, dedupe_key = _asked(fields)
        return Task(
            task_id=task_id,
            agent=agent,
            request=request,
            dedupe_key=dedupe_key,
            title=fields["question"],
            accepted_at=accepted_at,
            deadline_at=accepted_at + self._deadline,
            merge=_merge_of(fields),
        )

    def hold(self, task_id: str, lease: Lease) -> bool:
        """Note who works on a task; False when the lease is somebody else's by now."""
        arguments = [keys.QUEUE_GROUP, lease.consumer, lease.entry_id]
        return bool(self._hold(keys=[self._queue, keys.task(task_id)], args=arguments))

    def taken_over(self, task_id: str, worker_id: str) -> bool:
        """True when another runner has begun to work on the task since this one did."""
        return self._redis.hget(keys.task(task_id), "worker_id") not in (worker_id, None)

    def start(self, task_id: str, now: datetime, **links: str) -> bool:
        """Mark a task as running; False when it has ended already."""
        return self._write(
            task_id, EventKind.RUNNING, now, {"status": str(Status.RUNNING), **links}
        )

    def enter_stage(self, task_id: str, stage: Stage, now: datetime) -> None:
        """Note that a stage begins; it may have been entered before."""
        self._write(task_id, EventKind.STAGE, now, {"stage": str(stage)})

    def note(self, task_id: str, now: datetime, **fields: str) -> None:
        """Note something learnt on the way, such as the pull request's URL."""
        self._write(task_id, EventKind.NOTED, now, fields)

    def note_rollback(self, task_id: str, now: datetime, **fields: str) -> None:
        """Note how far the rollback of a task's merge is; its outcome stays what it is."""
        flat = [part for item in fields.items() for part in item]
        self._note_rollback(keys=[keys.task(task_id)], args=[iso_ms(now), keys.TASK_TTL_S, *flat])

    def request_cancellation(self, task_id: str, now: datetime) -> Cancellation:
        """Ask whoever runs the task to cancel it; a settled task stays as it is."""
        names = [keys.task(task_id), keys.events(task_id)]
        told = self._request_cancellation(keys=names, args=[iso_ms(now), keys.TASK_TTL_S])
        return Cancellation(cast(str, told))

    def cancellation_requested(self, task_id: str) -> bool:
        """Whether somebody has asked to cancel the task."""
        return bool(self._redis.hexists(keys.task(task_id), "cancel_requested_at"))

    def settle(self, run: Task, lease: Lease, outcome: Outcome, now: datetime) -> Settlement:
        """Write the outcome, count it, and take the task off the queue, all or nothing.

        ALREADY when the task had an outcome; LOST when the lease belongs to somebody
        else, and then nothing was written.
        """
        task = self.read(run.task_id) or {}  # its stages: only the holder of the lease writes them
        measurement = measure(run, task, outcome, self._slos, now)
        names = [
            self._queue,
            keys.task(run.task_id),
            keys.dedupe(run.agent, run.dedupe_key),
            keys.events(run.task_id),
        ]
        arguments: list[str | int] = [
            keys.QUEUE_GROUP,
            lease.consumer,
            lease.entry_id,
            run.task_id,
            json.dumps(_outcome_fields(run, outcome, now)),
            keys.TASK_TTL_S,
            recording(measurement, self._retention_s),
            self._ledger,
        ]
        return Settlement(cast(str, self._settle(keys=names, args=arguments)))

    def _write(self, task_id: str, kind: EventKind, now: datetime, fields: dict[str, str]) -> bool:
        flat = [part for item in fields.items() for part in item]
        names = [keys.task(task_id), keys.events(task_id)]
        lives: list[str | int] = [keys.TASK_TTL_S, keys.dedupe("faq", ""), keys.DEDUPE_TTL_S]
        return bool(self._update(keys=names, args=[*lives, kind, iso_ms(now), *flat]))


def _asked(fields: dict[str, str]) -> tuple[str, dict[str, Any], str]:
    """Agent, request and dedupe key. Version 1 of the record knew one agent, and its question."""
    if "agent" not in fields:
        return "faq", {"question": fields["question"]}, fields["question_hash"]
    return fields["agent"], json.loads(fields["request"]), fields["dedupe_key"]


def _merge_of(fields: dict[str, str]) -> Merge | None:
    if "merge_sha" not in fields or "merged_at" not in fields:
        return None
    return Merge(fields["merge_sha"], from_iso(fields["merged_at"]))


def _outcome_fields(run: Task, outcome: Outcome, now: datetime) -> dict[str, str]:
    fields = {"status": str(outcome.status), "updated_at": iso_ms(now), "settled_at": iso_ms(now)}
    if outcome.failure_kind is not None:
        fields |= {"failure_kind": str(outcome.failure_kind), "error": outcome.reason}
    elif outcome.status is Status.DECLINED:
        fields |= {"reason": outcome.reason, "closest": _as_json(outcome.closest)}
    if outcome.merge is not None:
        fields |= _merge_fields(run, outcome.merge)
    if outcome.entry_url is not None:
        fields["entry_url"] = outcome.entry_url
    return fields


def _as_json(sections: Sequence[Source]) -> str:
    return json.dumps([asdict(section) for section in sections], ensure_ascii=False)


def _merge_fields(run: Task, merge: Merge) -> dict[str, str]:
    return {
        "state": "merged",
        "merge_sha": merge.sha,
        "merged_at": iso_ms(merge.merged_at),
        "tte_ms": str(tte_ms(run.accepted_at, merge.merged_at)),
    }
