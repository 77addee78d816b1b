"""The task hash: what is known of one task, and the one way to end it."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import cast

from redis import Redis

from shiploop.domain.run import Merge, Outcome, Run, Stage, Status, tte_ms
from shiploop.domain.timestamps import from_iso, iso_ms
from shiploop.stores import keys

# Fenced: only the consumer that holds the stream entry may write an outcome, and only
# one outcome is ever written. Counting happens here and nowhere else.
_SETTLE = """
local held = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[3], ARGV[3], 1)[1]
if not held or held[2] ~= ARGV[2] then return 'lost' end
local status = redis.call('HGET', KEYS[2], 'status')
local open = status == 'queued' or status == 'running'
if open then
  local fields = cjson.decode(ARGV[6])
  for name, value in pairs(fields) do redis.call('HSET', KEYS[2], name, value) end
  redis.call('HDEL', KEYS[2], 'stage')
  redis.call('EXPIRE', KEYS[2], ARGV[7])
  if ARGV[5] ~= '' then
    redis.call('INCR', KEYS[4])
    redis.call('EXPIRE', KEYS[4], ARGV[8])
  end
  if fields['tte_ms'] then
    redis.call('ZADD', KEYS[5], fields['tte_ms'], ARGV[4])
    redis.call('EXPIRE', KEYS[5], ARGV[8])
  end
  if fields['status'] ~= 'done' and redis.call('GET', KEYS[3]) == ARGV[4] then
    redis.call('DEL', KEYS[3])
  end
end
redis.call('XACK', KEYS[1], ARGV[1], ARGV[3])
redis.call('XDEL', KEYS[1], ARGV[3])
return open and 'settled' or 'already'
"""

# A task that has ended keeps its outcome, whatever a late writer believes.
_UPDATE = """
local status = redis.call('HGET', KEYS[1], 'status')
if status ~= 'queued' and status ~= 'running' then return 0 end
for i = 4, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('EXPIRE', KEYS[1], ARGV[1])
local dedupe = ARGV[2] .. redis.call('HGET', KEYS[1], 'question_hash')
if redis.call('GET', dedupe) == redis.call('HGET', KEYS[1], 'task_id') then
  redis.call('EXPIRE', dedupe, ARGV[3])
end
return 1
"""


class Settlement(StrEnum):
    """What became of an attempt to settle a task."""

    SETTLED = "settled"
    ALREADY = "already"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to settle a task: the stream entry and the consumer that holds it."""

    consumer: str
    entry_id: str


class Tasks:
    """Reads and writes tasks."""

    def __init__(self, redis: Redis, deadline_s: int) -> None:
        self._redis = redis
        self._deadline = timedelta(seconds=deadline_s)
        self._settle = redis.register_script(_SETTLE)
        self._update = redis.register_script(_UPDATE)

    def read(self, task_id: str) -> dict[str, str] | None:
        """All fields of a task, None when there is no such task (any more)."""
        return cast(dict[str, str], self._redis.hgetall(keys.task(task_id))) or None

    def load_run(self, task_id: str) -> Run | None:
        """The task as the flow needs it."""
        fields = self.read(task_id)
        if fields is None:
            return None
        accepted_at = from_iso(fields["created_at"])
        return Run(
            task_id=task_id,
            question=fields["question"],
            question_hash=fields["question_hash"],
            slug=fields["slug"],
            accepted_at=accepted_at,
            deadline_at=accepted_at + self._deadline,
        )

    def start(self, task_id: str, now: datetime, **links: str) -> bool:
        """Mark a task as running; False when it has ended already."""
        return self._write(task_id, {"status": Status.RUNNING, "updated_at": iso_ms(now), **links})

    def enter_stage(self, task_id: str, stage: Stage, now: datetime) -> None:
        """Note that a stage begins."""
        at = iso_ms(now)
        self._write(task_id, {"stage": stage, "updated_at": at, f"{stage}_at": at})

    def note(self, task_id: str, now: datetime, **fields: str) -> None:
        """Note something learnt on the way, such as the pull request's URL."""
        self._write(task_id, {**fields, "updated_at": iso_ms(now)})

    def settle(self, run: Run, lease: Lease, outcome: Outcome, now: datetime) -> Settlement:
        """Write the outcome, count it, and take the task off the queue, all or nothing.

        ALREADY when the task had an outcome; LOST when the lease belongs to somebody
        else, and then nothing was written.
        """
        counter = {Status.DONE: "success", Status.ERROR: "failure"}.get(outcome.status, "")
        names = [
            keys.QUEUE,
            keys.task(run.task_id),
            keys.dedupe(run.question_hash),
            keys.metrics(counter, now.date()),
            keys.metrics("tte", now.date()),
        ]
        arguments: list[str | int] = [
            keys.QUEUE_GROUP,
            lease.consumer,
            lease.entry_id,
            run.task_id,
            counter,
            json.dumps(_outcome_fields(run, outcome, now)),
            keys.TASK_TTL_S,
            keys.METRICS_TTL_S,
        ]
        return Settlement(cast(str, self._settle(keys=names, args=arguments)))

    def _write(self, task_id: str, fields: dict[str, str]) -> bool:
        flat = [part for item in fields.items() for part in item]
        lives: list[str | int] = [keys.TASK_TTL_S, keys.dedupe(""), keys.DEDUPE_TTL_S]
        return bool(self._update(keys=[keys.task(task_id)], args=[*lives, *flat]))


def _outcome_fields(run: Run, outcome: Outcome, now: datetime) -> dict[str, str]:
    fields = {"status": str(outcome.status), "updated_at": iso_ms(now), "settled_at": iso_ms(now)}
    if outcome.failure_kind is not None:
        fields |= {"failure_kind": str(outcome.failure_kind), "error": outcome.reason}
    elif outcome.status is Status.DECLINED:
        fields["reason"] = outcome.reason
    if outcome.merge is not None:
        fields |= _merge_fields(run, outcome.merge)
    if outcome.entry_url is not None:
        fields["entry_url"] = outcome.entry_url
    return fields


def _merge_fields(run: Run, merge: Merge) -> dict[str, str]:
    return {
        "state": "merged",
        "merge_sha": merge.sha,
        "merged_at": iso_ms(merge.merged_at),
        "tte_ms": str(tte_ms(run.accepted_at, merge.merged_at)),
    }
