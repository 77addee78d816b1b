"""Tasks on a real Valkey: one outcome, written once, by whoever holds the lease."""

from dataclasses import replace
from datetime import timedelta

import pytest
from redis import Redis

from shiploop.bootstrap import Services
from shiploop.domain.delivery.task import (
    FailureKind,
    Merge,
    Outcome,
    Stage,
    Task,
    declined,
    done,
    failed,
)
from shiploop.domain.production.rollback import RollbackStatus
from shiploop.stores import keys
from shiploop.stores.tasks import Lease
from tests.builders import NOON, TASK_ID, a_request
from tests.until import wait_until

LATER = NOON + timedelta(seconds=2)
MERGE = Merge("f" * 40, NOON + timedelta(milliseconds=1234))
DONE = done(MERGE, "http://127.0.0.1/faq#entry")
FAILED = failed(FailureKind.CI_FAILED, "checks failed: faq-gate")
DECLINED = declined("the documents do not answer this question")
FAILED_AFTER_MERGE = failed(FailureKind.NEVER_LIVE, "not live in time", MERGE)
DAY = "20261122"


def held_task(services: Services, task_id: str = TASK_ID, consumer: str = "one") -> Lease:
    """A task that was accepted, and that this consumer holds."""
    services.task_queue.create_group()
    services.intake.accept(task_id, a_request(f"What is {task_id}?"), NOON, 100)
    (item,) = services.task_queue.take(consumer, 1, 50)
    return Lease(consumer, item.item_id)


def task_of(services: Services, task_id: str = TASK_ID) -> Task:
    task = services.tasks.load(task_id)
    assert task is not None
    return task


def everything(redis: Redis) -> dict[str, object]:
    """All that is stored, to see whether anything was written."""
    return {key: redis.dump(key) for key in redis.scan_iter()}


def test_a_done_task_says_what_it_did(services: Services) -> None:
    lease = held_task(services)
    held = task_of(services)
    services.tasks.enter_stage(TASK_ID, Stage.VERIFYING, NOON)
    assert services.outcomes.settle(held, lease, DONE, LATER) == "settled"
    task = services.tasks.read(TASK_ID)
    assert task is not None
    assert (task.status, task.state) == ("done", "merged")
    assert (task.merge, task.tte_ms, task.entry_url) == (MERGE, 1234, DONE.entry_url)
    assert task.settled_at == task.updated_at == LATER
    assert (task.stage, task.failure_kind, task.error, task.reason) == (None,) * 4


def test_a_failed_task_says_why(services: Services) -> None:
    lease = held_task(services)
    services.outcomes.settle(task_of(services), lease, FAILED, LATER)
    task = services.tasks.read(TASK_ID)
    assert task is not None
    assert (task.status, task.failure_kind) == ("error", "ci_failed")
    assert task.error == "checks failed: faq-gate"
    assert (task.tte_ms, task.merge_sha, task.entry_url, task.reason) == (None,) * 4


def test_a_declined_task_says_why_and_has_not_failed(services: Services) -> None:
    lease = held_task(services)
    services.outcomes.settle(task_of(services), lease, DECLINED, LATER)
    task = services.tasks.read(TASK_ID)
    assert task is not None
    assert (task.status, task.reason) == ("declined", DECLINED.reason)
    assert task.closest == DECLINED.closest
    assert task.failure_kind is task.error is None


@pytest.mark.parametrize(
    ("outcome", "success", "failure", "tte_ms"),
    [
        (DONE, "1", None, 1234),
        (FAILED, None, "1", None),
        (FAILED_AFTER_MERGE, None, "1", 1234),
        (DECLINED, None, None, None),
    ],
)
def test_an_outcome_counts_once_on_the_day_it_was_settled(
    services: Services,
    redis: Redis,
    outcome: Outcome,
    success: str | None,
    failure: str | None,
    tte_ms: int | None,
) -> None:
    lease = held_task(services)
    services.outcomes.settle(task_of(services), lease, outcome, LATER)
    assert redis.get(f"agent:metrics:success:{DAY}") == success
    assert redis.get(f"agent:metrics:failure:{DAY}") == failure
    assert redis.zscore(f"agent:metrics:tte:{DAY}", TASK_ID) == tte_ms
    assert not redis.exists(f"agent:metrics::{DAY}")


def test_metrics_are_kept_for_ninety_days(services: Services, redis: Redis) -> None:
    lease = held_task(services)
    services.outcomes.settle(task_of(services), lease, DONE, LATER)
    for name in ("success", "tte"):
        ttl_s = redis.ttl(f"agent:metrics:{name}:{DAY}")
        assert ttl_s == pytest.approx(90 * 24 * 3600, abs=5)


@pytest.mark.parametrize(("outcome", "kept"), [(DONE, True), (FAILED, False), (DECLINED, False)])
def test_only_a_done_question_stays_a_duplicate(
    services: Services, outcome: Outcome, kept: bool, redis: Redis
) -> None:
    lease = held_task(services)
    held = task_of(services)
    services.outcomes.settle(held, lease, outcome, LATER)
    assert bool(redis.exists(keys.dedupe("faq", held.dedupe_key))) is kept


def test_the_dedupe_key_of_a_later_task_is_left_alone(services: Services, redis: Redis) -> None:
    lease = held_task(services)
    held = task_of(services)
    redis.set(keys.dedupe("faq", held.dedupe_key), "a-later-task")
    services.outcomes.settle(held, lease, FAILED, LATER)
    assert redis.get(keys.dedupe("faq", held.dedupe_key)) == "a-later-task"


def test_settling_takes_the_item_off_the_stream(services: Services, redis: Redis) -> None:
    lease = held_task(services)
    services.outcomes.settle(task_of(services), lease, DONE, LATER)
    assert services.task_queue.backlog() == 0
    assert redis.xpending(keys.QUEUE, keys.QUEUE_GROUP)["pending"] == 0


def test_who_lost_the_lease_writes_nothing(services: Services, redis: Redis) -> None:
    lease = held_task(services)
    held = task_of(services)
    wait_until(lambda: bool(services.task_queue.take_over("two", idle_ms=1)))
    before = everything(redis)
    assert services.outcomes.settle(held, lease, DONE, LATER) == "lost"
    assert everything(redis) == before
    assert services.outcomes.settle(held, replace(lease, consumer="two"), DONE, LATER) == "settled"


def test_a_second_settle_by_the_same_holder_is_lost(services: Services, redis: Redis) -> None:
    lease = held_task(services)
    held = task_of(services)
    services.outcomes.settle(held, lease, DONE, LATER)
    before = everything(redis)
    assert services.outcomes.settle(held, lease, FAILED, LATER) == "lost"
    assert everything(redis) == before


def test_a_settled_task_that_comes_again_is_only_taken_off_the_stream(
    services: Services, redis: Redis
) -> None:
    lease = held_task(services)
    held = task_of(services)
    services.outcomes.settle(held, lease, DONE, LATER)
    redis.xadd(keys.QUEUE, {"task_id": TASK_ID})
    (again,) = services.task_queue.take("two", 1, 50)
    settled = services.outcomes.settle(held, Lease("two", again.item_id), FAILED, LATER)
    assert settled == "already"
    task = services.tasks.read(TASK_ID)
    assert task is not None
    assert task.status == "done"
    assert redis.get(f"agent:metrics:failure:{DAY}") is None
    assert redis.exists(keys.dedupe("faq", held.dedupe_key))
    assert services.task_queue.backlog() == 0


def test_a_task_that_has_expired_is_not_written_again(services: Services, redis: Redis) -> None:
    lease = held_task(services)
    held = task_of(services)
    redis.delete(keys.task(TASK_ID))
    assert services.outcomes.settle(held, lease, DONE, LATER) == "already"
    assert services.tasks.read(TASK_ID) is None
    assert services.task_queue.backlog() == 0


def test_a_task_starts_enters_stages_and_takes_notes(services: Services, redis: Redis) -> None:
    held_task(services)
    assert services.tasks.start(TASK_ID, NOON, prefect_run_id="r1") is True
    services.tasks.enter_stage(TASK_ID, Stage.OPENING, LATER)
    services.tasks.note(TASK_ID, LATER, pr_url="http://127.0.0.1/pull/7")
    task = services.tasks.read(TASK_ID)
    assert task is not None
    assert (task.status, task.stage, task.updated_at) == ("running", "opening", LATER)
    assert task.stages_entered == ((Stage.OPENING, LATER),)
    assert (task.prefect_run_id, task.pr_url) == ("r1", "http://127.0.0.1/pull/7")
    stored = redis.hgetall(keys.task(TASK_ID))
    assert stored["updated_at"] == "2026-11-22T12:00:02.000Z"
    assert stored["stages_entered"] == "opening@2026-11-22T12:00:02.000Z"


@pytest.mark.parametrize("outcome", [DONE, FAILED, DECLINED])
def test_a_late_writer_changes_nothing_of_a_settled_task(
    services: Services, redis: Redis, outcome: Outcome
) -> None:
    lease = held_task(services)
    services.outcomes.settle(task_of(services), lease, outcome, LATER)
    before = everything(redis)
    assert services.tasks.start(TASK_ID, LATER) is False
    services.tasks.enter_stage(TASK_ID, Stage.MERGING, LATER)
    services.tasks.note(TASK_ID, LATER, state="open")
    assert everything(redis) == before


def test_a_writer_makes_no_task_of_nothing(services: Services, redis: Redis) -> None:
    assert services.tasks.start("unknown", NOON) is False
    services.tasks.note("unknown", NOON, state="open")
    assert everything(redis) == {}
    assert services.tasks.read("unknown") is None
    assert services.tasks.load("unknown") is None


def test_a_running_task_keeps_itself_and_its_dedupe_key_alive(
    services: Services, redis: Redis
) -> None:
    held_task(services)
    dedupe = keys.dedupe("faq", task_of(services).dedupe_key)
    redis.expire(keys.task(TASK_ID), 10)
    redis.expire(dedupe, 10)
    services.tasks.enter_stage(TASK_ID, Stage.CHECKING, LATER)
    assert redis.ttl(keys.task(TASK_ID)) == pytest.approx(24 * 3600, abs=5)
    assert redis.ttl(dedupe) == pytest.approx(3600, abs=5)


def test_a_running_task_does_not_prolong_the_dedupe_key_of_another(
    services: Services, redis: Redis
) -> None:
    held_task(services)
    dedupe = keys.dedupe("faq", task_of(services).dedupe_key)
    redis.set(dedupe, "another-task", ex=10)
    services.tasks.enter_stage(TASK_ID, Stage.CHECKING, LATER)
    assert 0 < int(str(redis.ttl(dedupe))) <= 10


def test_a_settled_task_is_kept_a_day_from_then_on(services: Services, redis: Redis) -> None:
    lease = held_task(services)
    held = task_of(services)
    redis.expire(keys.task(TASK_ID), 10)
    services.outcomes.settle(held, lease, DONE, LATER)
    assert redis.ttl(keys.task(TASK_ID)) == pytest.approx(24 * 3600, abs=5)


def test_words_from_outside_are_stored_as_they_are(services: Services) -> None:
    lease = held_task(services)
    reason = 'refused: "quoted" \\ 如何\n{"a": [1]} \x00'
    outcome = failed(FailureKind.GITHUB, reason)
    services.outcomes.settle(task_of(services), lease, outcome, LATER)
    task = services.tasks.read(TASK_ID)
    assert task is not None
    assert task.error == reason


def test_how_far_the_rollback_is_is_noted_at_the_task_that_has_ended(
    services: Services, redis: Redis
) -> None:
    lease = held_task(services)
    services.outcomes.settle(task_of(services), lease, FAILED_AFTER_MERGE, NOON)
    before = services.tasks.read(TASK_ID)
    assert before is not None
    events = redis.xlen(keys.events(TASK_ID))
    redis.expire(keys.task(TASK_ID), 60)
    services.tasks.note_rollback(TASK_ID, LATER, rollback="reverting", rollback_pr_url="http://p")
    services.tasks.note_rollback(TASK_ID, LATER, rollback="healthy")
    noted = replace(
        before, rollback=RollbackStatus.HEALTHY, rollback_pr_url="http://p", updated_at=LATER
    )
    assert services.tasks.read(TASK_ID) == noted
    assert redis.xlen(keys.events(TASK_ID)) == events
    assert redis.ttl(keys.task(TASK_ID)) == pytest.approx(24 * 3600, abs=60)


def test_a_task_that_has_expired_does_not_come_back_with_its_rollback(
    services: Services, redis: Redis
) -> None:
    services.tasks.note_rollback(TASK_ID, LATER, rollback="healthy")
    assert everything(redis) == {}
