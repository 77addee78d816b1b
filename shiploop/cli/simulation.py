"""Fills the stores with a day's traffic, to look at: through the same scripts as real tasks."""

import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from redis import Redis

from shiploop.agents.faq.question import question_hash
from shiploop.domain.delivery.task import (
    FailureKind,
    Merge,
    Outcome,
    Stage,
    Status,
    TaskRequest,
    declined,
    failed,
)
from shiploop.domain.objectives.slo import Slo
from shiploop.stores.intake import Accepted, Intake
from shiploop.stores.outcomes import Outcomes
from shiploop.stores.queue import Queue
from shiploop.stores.simulated import LEDGER, QUEUE
from shiploop.stores.tasks import Lease, Tasks

_RUNNER = "simulated"
_TAKE_MS = 100  # it is there already: nobody else reads this queue
_QUESTIONS = (
    "What is the system architecture",
    "How do I deploy to production",
    "What is the worker heartbeat mechanism",
    "How do I reset my password",
    "How do I integrate the API",
    "How do I export my data",
    "如何重設密碼",
    "如何檢查部署狀態",
    "パスワードをリセットするには",
)
# Seconds in each stage at the median; a run is slower or quicker as a whole.
_STAGE_S = {
    Stage.DRAFTING: 3.0,
    Stage.OPENING: 1.2,
    Stage.CHECKING: 17.0,
    Stage.MERGING: 0.7,
    Stage.DEPLOYING: 14.0,
    Stage.VERIFYING: 4.0,
}
_LONGEST_STAGE_S = 90.0
_LONGEST = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class _Ending:
    """How a task may end, in which stage, and how often of a thousand times."""

    weight: int
    status: Status
    last: Stage
    kind: FailureKind | None = None


_ENDINGS = (
    _Ending(945, Status.DONE, Stage.VERIFYING),
    _Ending(40, Status.DECLINED, Stage.DRAFTING),
    _Ending(6, Status.ERROR, Stage.CHECKING, FailureKind.CI_FAILED),
    _Ending(4, Status.ERROR, Stage.OPENING, FailureKind.GITHUB),
    _Ending(3, Status.ERROR, Stage.MERGING, FailureKind.MERGE_REFUSED),
    _Ending(2, Status.ERROR, Stage.DEPLOYING, FailureKind.NEVER_LIVE),
)


@dataclass(frozen=True, slots=True)
class _Story:
    """One simulated task: when each stage began, and how it ended."""

    task_id: str
    request: TaskRequest
    accepted_at: datetime
    stages: tuple[tuple[Stage, datetime], ...]
    ended_at: datetime
    outcome: Outcome


class Simulation:
    """Writes simulated tasks; `shiploop.stores.simulated` takes them back."""

    def __init__(self, redis: Redis, slos: Sequence[Slo], retention_s: int) -> None:
        self._intake = Intake(redis, QUEUE)
        self._queue = Queue(redis, redis, QUEUE, "task_id")
        self._tasks = Tasks(redis, 600, QUEUE)
        self._outcomes = Outcomes(redis, slos, retention_s, QUEUE, LEDGER)

    def run(self, count: int, hours: int, now: datetime, dice: random.Random) -> None:
        """Spread that many tasks over the last hours, each with its outcome."""
        self._queue.create_group()
        for story in _stories(count, hours, now, dice):
            self._live_through(story)

    def _live_through(self, story: _Story) -> None:
        accepted = self._intake.accept(story.task_id, story.request, story.accepted_at, 1_000_000)
        if not isinstance(accepted, Accepted) or accepted.duplicate:
            return
        (item,) = self._queue.take(_RUNNER, 1, _TAKE_MS)
        self._tasks.start(story.task_id, story.accepted_at, simulated="1")
        for stage, at in story.stages:
            self._tasks.enter_stage(story.task_id, stage, at)
        if story.outcome.status is not Status.DECLINED:
            self._tasks.note(story.task_id, story.ended_at, generator="extractive")
        run = self._tasks.load(story.task_id)
        if run is not None:
            lease = Lease(_RUNNER, item.item_id)
            self._outcomes.settle(run, lease, story.outcome, story.ended_at)


def _stories(count: int, hours: int, now: datetime, dice: random.Random) -> Iterator[_Story]:
    newest = now - _LONGEST  # so that all of them are over by now
    span = timedelta(hours=hours) - _LONGEST
    for number, ago in enumerate(sorted((dice.random() for _ in range(count)), reverse=True)):
        yield _story(number + 1, newest - ago * span, dice)


def _story(number: int, accepted_at: datetime, dice: random.Random) -> _Story:
    question = f"{dice.choice(_QUESTIONS)}? (simulated, {accepted_at:%d %b}, no. {number})"
    request = TaskRequest("faq", {"question": question}, question_hash(question), question)
    ending = dice.choices(_ENDINGS, [one.weight for one in _ENDINGS])[0]
    stages, ended_at = _stages(ending.last, accepted_at, dice)
    merged_at = dict(stages).get(Stage.DEPLOYING)  # which begins with the merge
    merge = Merge(f"{dice.getrandbits(160):040x}", merged_at) if merged_at else None
    task_id = str(uuid.UUID(int=dice.getrandbits(128), version=4))
    outcome = _outcome(ending, merge)
    return _Story(task_id, request, accepted_at, stages, ended_at, outcome)


def _stages(
    last: Stage, accepted_at: datetime, dice: random.Random
) -> tuple[tuple[tuple[Stage, datetime], ...], datetime]:
    """When each stage up to `last` began, and when that one ended."""
    slowness = dice.lognormvariate(0, 0.35)
    at = accepted_at + timedelta(seconds=0.2 * dice.lognormvariate(0, 0.5))
    begun = []
    for stage in list(Stage)[: list(Stage).index(last) + 1]:
        begun.append((stage, at))
        took_s = _STAGE_S[stage] * slowness * dice.lognormvariate(0, 0.2)
        at += timedelta(seconds=min(took_s, _LONGEST_STAGE_S))
    return tuple(begun), at


def _outcome(ending: _Ending, merge: Merge | None) -> Outcome:
    if ending.status is Status.DECLINED:
        return declined("the documentation does not answer this question (simulated)")
    if ending.kind is not None:
        return failed(ending.kind, f"{ending.kind} (simulated)", merge)
    if merge is None:
        raise TypeError("nothing is done without a merge")
    return Outcome(Status.DONE, "merged and verified live (simulated)", merge=merge)
