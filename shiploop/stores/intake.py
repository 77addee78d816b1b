"""The way in: a question is stored with everything that belongs to it, or not at all."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from redis import Redis

from shiploop.domain.question import Question
from shiploop.domain.run import Status
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
local first = redis.call('GET', KEYS[1])
if first and redis.call('EXISTS', ARGV[7] .. first) == 1 then return {'duplicate', first} end
if redis.call('XLEN', KEYS[3]) >= tonumber(ARGV[2]) then return {'full', ''} end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
redis.call('HSET', KEYS[2],
  'task_id', ARGV[1], 'trace_id', ARGV[1], 'status', ARGV[4], 'question', ARGV[5],
  'question_hash', ARGV[8], 'slug', ARGV[9], 'created_at', ARGV[6], 'updated_at', ARGV[6])
if ARGV[11] ~= '' then redis.call('HSET', KEYS[2], 'prefect_run_id', ARGV[11]) end
redis.call('EXPIRE', KEYS[2], ARGV[10])
redis.call('XADD', KEYS[3], '*', 'task_id', ARGV[1])
local newest = redis.call('ZRANGE', KEYS[5], 0, 0, 'REV', 'WITHSCORES')[2]
local score = math.max(tonumber(ARGV[12]), tonumber(newest or 0) + 1)
redis.call('ZADD', KEYS[5], string.format('%.0f', score), ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', '(' .. ARGV[13])
write_event(KEYS[4], ARGV[1], 'queued', ARGV[6], {'status', ARGV[4], 'question', ARGV[5]})
return {'accepted', ARGV[1]}
"""
)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The question has a task; `duplicate` when it had one already."""

    task_id: str
    duplicate: bool


@dataclass(frozen=True, slots=True)
class QueueFull:
    """Too many tasks wait: ask again later."""


class Intake:
    """Accepts questions."""

    def __init__(self, redis: Redis) -> None:
        self._accept = redis.register_script(_ACCEPT)

    def accept(
        self,
        task_id: str,
        question: Question,
        now: datetime,
        limit: int,
        prefect_run_id: str = "",
    ) -> Accepted | QueueFull:
        """Store a question durably, or name the task that it already has.

        `prefect_run_id` is the flow run that asks, when it was started in Prefect.
        """
        told, owner = cast(
            list[str],
            self._accept(
                keys=[
                    keys.dedupe(question.hash),
                    keys.task(task_id),
                    keys.QUEUE,
                    keys.events(task_id),
                    keys.TASK_INDEX,
                ],
                args=[
                    task_id,
                    limit,
                    keys.DEDUPE_TTL_S,
                    Status.QUEUED,
                    question.text,
                    iso_ms(now),
                    keys.task(""),
                    question.hash,
                    question.slug,
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
