"""All tasks in the order in which they were accepted, to be read in pages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from redis import Redis

from shiploop.domain.delivery.task_record import TaskRecord, read_task_record
from shiploop.stores import keys


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Tasks, newest first; `next_before` begins the next page, None after the last."""

    tasks: tuple[TaskRecord, ...]
    next_before: int | None


class TaskIndex:
    """Reads the index that accepting a question writes.

    A task's score is the microsecond in which it was accepted, or the first free one
    after it: no two tasks share one, so that a page can begin behind any of them.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def page(self, limit: int, before: int | None = None) -> TaskPage:
        """The newest tasks, or the newest of those accepted before the score `before`.

        A page of its own stays whole while new tasks arrive: they come before the first.
        """
        found: list[tuple[TaskRecord, int]] = []
        while missing := limit + 1 - len(found):  # one more tells whether there is a next page
            scores = self._scores(missing, before)
            if not scores:
                break
            found += self._living(scores)
            before = scores[-1][1]
        tasks = tuple(task for task, _ in found[:limit])
        return TaskPage(tasks, found[limit - 1][1] if len(found) > limit else None)

    def search(
        self,
        wanted: Callable[[TaskRecord], bool],
        limit: int,
        look_at: int,
        before: int | None = None,
    ) -> TaskPage:
        """The newest wanted tasks, among `look_at` tasks at most.

        `next_before` begins where the search ended, even if too few were found.
        """
        found: list[TaskRecord] = []
        looked = 0
        while looked < look_at and (scores := self._scores(limit, before)):
            for task, score in self._living(scores):
                if wanted(task):
                    found.append(task)
                if len(found) == limit:
                    return TaskPage(tuple(found), score)
            before = scores[-1][1]
            looked += len(scores)
        return TaskPage(tuple(found), before if looked >= look_at else None)

    def _scores(self, count: int, before: int | None) -> list[tuple[str, int]]:
        start = "+inf" if before is None else f"({before}"
        members = cast(
            list[Any],
            self._redis.zrange(
                keys.TASK_INDEX,
                start,
                "-inf",
                desc=True,
                byscore=True,
                offset=0,
                num=count,
                withscores=True,
            ),
        )
        return [(str(member), int(score)) for member, score in members]

    def _living(self, scores: list[tuple[str, int]]) -> list[tuple[TaskRecord, int]]:
        """The tasks that still exist; the others are taken off the index."""
        with self._redis.pipeline(transaction=False) as pipe:
            for task_id, _ in scores:
                pipe.hgetall(keys.task(task_id))
            hashes = cast(list[dict[str, str]], pipe.execute())
        gone = [task_id for (task_id, _), fields in zip(scores, hashes, strict=True) if not fields]
        if gone:
            self._redis.zrem(keys.TASK_INDEX, *gone)
        return [
            (read_task_record(fields), score)
            for (_, score), fields in zip(scores, hashes, strict=True)
            if fields
        ]
