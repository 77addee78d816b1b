"""The intake queue: a Redis stream, read by a consumer group that is also the lease."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from redis import Redis
from redis.exceptions import ResponseError

from shiploop.domain.question import Question
from shiploop.domain.run import Status
from shiploop.domain.timestamps import iso_ms
from shiploop.stores import keys

# One script, so that a task is either accepted with everything that belongs to it or
# not at all: a 202 means that it survives.
_ACCEPT = """
local first = redis.call('GET', KEYS[1])
if first and redis.call('EXISTS', ARGV[7] .. first) == 1 then return {'duplicate', first} end
if redis.call('XLEN', KEYS[3]) >= tonumber(ARGV[2]) then return {'full', ''} end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
redis.call('HSET', KEYS[2],
  'task_id', ARGV[1], 'trace_id', ARGV[1], 'status', ARGV[4], 'question', ARGV[5],
  'question_hash', ARGV[8], 'slug', ARGV[9], 'created_at', ARGV[6], 'updated_at', ARGV[6])
redis.call('EXPIRE', KEYS[2], ARGV[10])
redis.call('XADD', KEYS[3], '*', 'task_id', ARGV[1])
return {'accepted', ARGV[1]}
"""


# A plain XCLAIM would take an entry back from the runner that has taken it over.
_REFRESH = """
local lost = {}
for i = 3, #ARGV do
  local held = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[i], ARGV[i], 1)[1]
  if held and held[2] == ARGV[2] then
    redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[i], 'JUSTID')
  else
    table.insert(lost, ARGV[i])
  end
end
return lost
"""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The question has a task; `duplicate` when it had one already."""

    task_id: str
    duplicate: bool


@dataclass(frozen=True, slots=True)
class QueueFull:
    """Too many tasks wait: ask again later."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One stream entry that this consumer holds."""

    entry_id: str
    task_id: str


class Intake:
    """Accepts questions, and hands each to one runner at a time."""

    def __init__(self, redis: Redis, blocking: Redis) -> None:
        self._redis = redis
        self._blocking = blocking
        self._accept = redis.register_script(_ACCEPT)
        self._refresh = redis.register_script(_REFRESH)

    def accept(
        self, task_id: str, question: Question, now: datetime, limit: int
    ) -> Accepted | QueueFull:
        """Store a question durably, or name the task that it already has."""
        told, owner = cast(
            list[str],
            self._accept(
                keys=[keys.dedupe(question.hash), keys.task(task_id), keys.QUEUE],
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
                ],
            ),
        )
        return QueueFull() if told == "full" else Accepted(owner, told == "duplicate")

    def create_group(self) -> None:
        """Create the consumer group; once is enough, again is harmless."""
        try:
            self._redis.xgroup_create(keys.QUEUE, keys.QUEUE_GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    def take(self, consumer: str, count: int, block_ms: int) -> list[Entry]:
        """New entries for this consumer, waiting up to `block_ms` for the first."""
        answer = self._blocking.xreadgroup(
            keys.QUEUE_GROUP, consumer, {keys.QUEUE: ">"}, count=count, block=block_ms
        )
        streams = cast(dict[str, list[Any]], answer or {})
        return [_entry(message) for messages in streams.values() for message in messages]

    def take_over(self, consumer: str, idle_ms: int, count: int) -> list[tuple[Entry, int]]:
        """Entries not refreshed for `idle_ms`, now this consumer's, with their deliveries."""
        answer = self._redis.xautoclaim(
            keys.QUEUE, keys.QUEUE_GROUP, consumer, min_idle_time=idle_ms, count=count
        )
        entries = [_entry(message) for message in answer[1] if message[1]]
        return [(entry, self._deliveries(entry)) for entry in entries]

    def drop(self, entry: Entry) -> None:
        """Take an entry off the stream that has no task (any more)."""
        self._redis.xack(keys.QUEUE, keys.QUEUE_GROUP, entry.entry_id)
        self._redis.xdel(keys.QUEUE, entry.entry_id)

    def refresh(self, consumer: str, entry_ids: Sequence[str]) -> list[str]:
        """Show that the holder lives; returns the entries that are no longer its own."""
        if not entry_ids:
            return []
        return cast(
            list[str],
            self._refresh(keys=[keys.QUEUE], args=[keys.QUEUE_GROUP, consumer, *entry_ids]),
        )

    def backlog(self) -> int:
        """How many tasks are queued or running."""
        return self._redis.xlen(keys.QUEUE)

    def _deliveries(self, entry: Entry) -> int:
        pending = cast(
            list[dict[str, Any]],
            self._redis.xpending_range(
                keys.QUEUE, keys.QUEUE_GROUP, min=entry.entry_id, max=entry.entry_id, count=1
            ),
        )
        return int(pending[0]["times_delivered"]) if pending else 0


def _entry(message: Any) -> Entry:  # noqa: ANN401
    entry_id, fields = message
    return Entry(str(entry_id), str(fields["task_id"]))
