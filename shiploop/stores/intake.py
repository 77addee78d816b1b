"""The way in: a request is stored with everything that belongs to it, or not at all."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from redis import Redis

from shiploop.domain.delivery.task import RECORD_VERSION, Status, TaskRequest
from shiploop.domain.timestamps import iso_ms
from shiploop.stores import keys
from shiploop.stores.events import WRITE_EVENT

# A task expires a day after its last change, and none changes for as long as a day.
_INDEXED_FOR = timedelta(seconds=2 * keys.TASK_TTL_S)

# One script, so that a task is either accepted with everything that belongs to it or
# not at all: a 202 means that it survives.
_ACCEPT = (
    WRITE_EVENT
    + """
local dedupe, task, queue, events, index = unpack(KEYS)
local task_id, limit, dedupe_ttl, status, title, now, task_prefix, agent, request, dedupe_key,
  version, task_ttl, prefect_run_id, wanted_score, oldest_score = unpack(ARGV)
if redis.call('EXISTS', task) == 1 then return {'duplicate', task_id} end
local first = redis.call('GET', dedupe)
if first and redis.call('EXISTS', task_prefix .. first) == 1 then return {'duplicate', first} end
if redis.call('XLEN', queue) >= tonumber(limit) then return {'full', ''} end
redis.call('SET', dedupe, task_id, 'EX', dedupe_ttl)
redis.call('HSET', task,
  'task_id', task_id, 'trace_id', task_id, 'status', status, 'question', title,
  'agent', agent, 'request', request, 'dedupe_key', dedupe_key, 'dedupe', dedupe,
  'version', version, 'created_at', now, 'updated_at', now)
if prefect_run_id ~= '' then redis.call('HSET', task, 'prefect_run_id', prefect_run_id) end
redis.call('EXPIRE', task, task_ttl)
redis.call('XADD', queue, '*', 'task_id', task_id)
local newest = redis.call('ZRANGE', index, 0, 0, 'REV', 'WITHSCORES')[2]
local score = math.max(tonumber(wanted_score), tonumber(newest or 0) + 1)
redis.call('ZADD', index, string.format('%.0f', score), task_id)
redis.call('ZREMRANGEBYSCORE', index, '-inf', '(' .. oldest_score)
write_event(events, task_id, 'queued', now, {'status', status, 'question', title})
return {'accepted', task_id}
"""
)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The request has a task; `duplicate` when it had one already."""

    task_id: str
    duplicate: bool


@dataclass(frozen=True, slots=True)
class QueueFull:
    """Too many tasks wait: ask again later."""


class Intake:
    """Accepts requests."""

    def __init__(self, redis: Redis, queue: str = keys.QUEUE) -> None:
        self._queue = queue
        self._accept = redis.register_script(_ACCEPT)

    def accept(
        self,
        task_id: str,
        request: TaskRequest,
        now: datetime,
        limit: int,
        prefect_run_id: str = "",
    ) -> Accepted | QueueFull:
        """Store a request durably, or name the task that it already has.

        `prefect_run_id` is the flow run that asks, when it was started in Prefect.
        """
        told, owner = cast(
            list[str],
            self._accept(
                keys=[
                    keys.dedupe(request.agent, request.dedupe_key),
                    keys.task(task_id),
                    self._queue,
                    keys.events(task_id),
                    keys.TASK_INDEX,
                ],
                args=[
                    task_id,
                    limit,
                    keys.DEDUPE_TTL_S,
                    Status.QUEUED,
                    request.title,
                    iso_ms(now),
                    keys.task(""),
                    request.agent,
                    json.dumps(request.fields, ensure_ascii=False),
                    request.dedupe_key,
                    RECORD_VERSION,
                    keys.TASK_TTL_S,
                    prefect_run_id,
                    _microseconds(now),
                    _microseconds(now - _INDEXED_FOR),
                ],
            ),
        )
        return QueueFull() if told == "full" else Accepted(owner, told == "duplicate")


def _microseconds(at: datetime) -> int:
    """Microseconds since the epoch: exact as the score of a sorted set for 250 years."""
    return round(at.timestamp() * 1_000_000)
