"""A task that version 1 has stored goes on here: it knew one agent, and the question alone."""

from datetime import timedelta

import pytest
from redis import Redis

from shiploop.bootstrap import Services
from shiploop.domain.delivery.task import FailureKind, Merge, Outcome, Stage, Task, done, failed
from shiploop.stores import keys
from shiploop.stores.simulated import Simulated
from shiploop.stores.tasks import Lease
from tests.builders import NOON, TASK_ID

LATER = NOON + timedelta(seconds=2)
QUESTION = "What is the worker heartbeat mechanism?"
HASH = "0f" * 32
DEDUPE = f"agent:faq:hash:{HASH}"
DONE = done(Merge("f" * 40, LATER), "http://127.0.0.1/faq#entry")
FAILED = failed(FailureKind.CI_FAILED, "checks failed: faq-gate")


@pytest.fixture(autouse=True)
def _stored(redis: Redis) -> None:
    redis.set(DEDUPE, TASK_ID, ex=3600)
    redis.hset(
        f"agent:task:{TASK_ID}",
        mapping={
            "task_id": TASK_ID,
            "trace_id": TASK_ID,
            "status": "queued",
            "question": QUESTION,
            "question_hash": HASH,
            "slug": "what-is-the-worker-heartbeat-mechanism",
            "created_at": "2026-11-22T12:00:00.000Z",
            "updated_at": "2026-11-22T12:00:00.000Z",
        },
    )
    redis.expire(f"agent:task:{TASK_ID}", 24 * 3600)


def loaded(services: Services) -> Task:
    task = services.tasks.load(TASK_ID)
    assert task is not None
    return task


def held(services: Services, redis: Redis) -> Lease:
    services.task_queue.create_group()
    redis.xadd(keys.QUEUE, {"task_id": TASK_ID})
    (item,) = services.task_queue.take("one", 1, 50)
    return Lease("one", item.item_id)


def test_it_is_a_task_of_the_faq(services: Services) -> None:
    assert loaded(services) == Task(
        task_id=TASK_ID,
        agent="faq",
        request={"question": QUESTION},
        dedupe_key=HASH,
        title=QUESTION,
        accepted_at=NOON,
        deadline_at=NOON + timedelta(seconds=services.settings.task_deadline_s),
    )
    assert services.agents.ask("faq", loaded(services).request).title == QUESTION


def test_what_is_noted_keeps_it_and_its_dedupe_key_alive(services: Services, redis: Redis) -> None:
    redis.expire(keys.task(TASK_ID), 10)
    redis.expire(DEDUPE, 10)
    assert services.tasks.start(TASK_ID, LATER)
    services.tasks.enter_stage(TASK_ID, Stage.CHECKING, LATER)
    task = services.tasks.read(TASK_ID)
    assert task is not None
    assert (task.status, task.stage) == ("running", "checking")
    assert redis.ttl(keys.task(TASK_ID)) == pytest.approx(24 * 3600, abs=5)
    assert redis.ttl(DEDUPE) == pytest.approx(3600, abs=5)


@pytest.mark.parametrize(("outcome", "kept"), [(DONE, True), (FAILED, False)])
def test_it_is_settled_and_stays_a_duplicate_only_when_it_is_done(
    services: Services, redis: Redis, outcome: Outcome, kept: bool
) -> None:
    lease = held(services, redis)
    assert services.outcomes.settle(loaded(services), lease, outcome, LATER) == "settled"
    task = services.tasks.read(TASK_ID)
    assert task is not None
    assert task.status is outcome.status
    assert bool(redis.exists(DEDUPE)) is kept
    assert services.task_queue.backlog() == 0


def test_the_dedupe_key_of_a_later_task_is_left_alone(services: Services, redis: Redis) -> None:
    lease = held(services, redis)
    redis.set(DEDUPE, "a-later-task")
    services.outcomes.settle(loaded(services), lease, FAILED, LATER)
    assert redis.get(DEDUPE) == "a-later-task"


def test_none_but_simulated_tasks_are_taken_back(services: Services, redis: Redis) -> None:
    lease = held(services, redis)
    services.outcomes.settle(loaded(services), lease, DONE, LATER)
    assert Simulated(redis).remove_all() == 0
    assert services.tasks.read(TASK_ID) is not None
