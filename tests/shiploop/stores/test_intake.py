"""The intake on a real Valkey: accepted once, held by one consumer at a time."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from redis import Redis

from shiploop.bootstrap import Services
from shiploop.stores import keys
from shiploop.stores.intake import Accepted, Entry, Intake, QueueFull
from tests.builders import NOON, a_question
from tests.until import wait_until

LIMIT = 3


@pytest.fixture
def intake(services: Services) -> Intake:
    services.intake.create_group()
    return services.intake


def accept(intake: Intake, task_id: str, text: str = "") -> Accepted | QueueFull:
    return intake.accept(task_id, a_question(text or f"What is {task_id}?"), NOON, LIMIT)


def take(intake: Intake, consumer: str, count: int = 1) -> list[Entry]:
    return intake.take(consumer, count, block_ms=50)


def wait_idle(redis: Redis, idle_ms: int) -> None:
    """Until every held entry has been idle so long."""

    def idle() -> bool:
        held = redis.xpending_range(keys.QUEUE, keys.QUEUE_GROUP, "-", "+", 10)
        return all(int(entry["time_since_delivered"]) >= idle_ms for entry in held)

    wait_until(idle)


def test_an_accepted_question_is_stored_whole(intake: Intake, redis: Redis) -> None:
    question = a_question()
    assert intake.accept("t1", question, NOON, LIMIT) == Accepted("t1", duplicate=False)
    assert redis.hgetall("agent:task:t1") == {
        "task_id": "t1",
        "trace_id": "t1",
        "status": "queued",
        "question": question.text,
        "question_hash": question.hash,
        "slug": question.slug,
        "created_at": "2026-11-22T12:00:00.000Z",
        "updated_at": "2026-11-22T12:00:00.000Z",
    }
    assert redis.get(f"agent:faq:hash:{question.hash}") == "t1"
    entries = redis.xrange("agent:queue:orchestrator") or []
    assert [fields for _, fields in entries] == [{"task_id": "t1"}]
    assert intake.backlog() == 1


def test_a_task_lives_a_day_and_its_dedupe_key_an_hour(intake: Intake, redis: Redis) -> None:
    question = a_question()
    intake.accept("t1", question, NOON, LIMIT)
    assert redis.ttl(keys.task("t1")) == pytest.approx(24 * 3600, abs=5)
    assert redis.ttl(keys.dedupe(question.hash)) == pytest.approx(3600, abs=5)


def test_the_same_question_is_given_the_task_it_has(intake: Intake) -> None:
    accept(intake, "t1", "How do I begin?")
    assert accept(intake, "t2", "  how do I BEGIN ") == Accepted("t1", duplicate=True)
    assert intake.backlog() == 1


def test_a_dedupe_key_whose_task_has_expired_is_no_duplicate(intake: Intake, redis: Redis) -> None:
    accept(intake, "t1", "How do I begin?")
    redis.delete(keys.task("t1"))
    assert accept(intake, "t2", "How do I begin?") == Accepted("t2", duplicate=False)
    assert redis.get(keys.dedupe(a_question("How do I begin?").hash)) == "t2"


def test_a_full_queue_takes_nothing_and_still_knows_its_own(intake: Intake, redis: Redis) -> None:
    for number in range(LIMIT):
        accept(intake, f"t{number}")
    assert accept(intake, "one-too-many") == QueueFull()
    assert not redis.exists(keys.task("one-too-many"))
    assert not redis.exists(keys.dedupe(a_question("What is one-too-many?").hash))
    assert accept(intake, "again", "What is t1?") == Accepted("t1", duplicate=True)
    assert intake.backlog() == LIMIT


def test_of_many_who_ask_the_same_at_once_one_is_first(intake: Intake) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: accept(intake, f"t{n}", "How?"), range(24)))
    accepted = [answer for answer in answers if isinstance(answer, Accepted)]
    assert len(accepted) == 24
    assert len({answer.task_id for answer in accepted}) == 1
    assert [answer.duplicate for answer in accepted].count(False) == 1
    assert intake.backlog() == 1


def test_creating_the_group_again_is_harmless(intake: Intake) -> None:
    intake.create_group()
    accept(intake, "t1")
    assert [entry.task_id for entry in take(intake, "one")] == ["t1"]


def test_what_was_accepted_before_there_was_a_group_is_taken(services: Services) -> None:
    accept(services.intake, "t1")
    services.intake.create_group()
    assert [entry.task_id for entry in take(services.intake, "one")] == ["t1"]


def test_an_entry_is_given_to_one_consumer_in_the_order_of_asking(intake: Intake) -> None:
    for number in range(LIMIT):
        accept(intake, f"t{number}")
    assert [entry.task_id for entry in take(intake, "one", 2)] == ["t0", "t1"]
    assert [entry.task_id for entry in take(intake, "two", 2)] == ["t2"]
    assert take(intake, "one") == []


def test_a_consumer_that_waits_has_the_next_task_at_once(intake: Intake) -> None:
    taken: list[Entry] = []
    thread = threading.Thread(target=lambda: taken.extend(intake.take("one", 1, 5_000)))
    thread.start()
    accept(intake, "t1")
    thread.join(timeout=3)
    assert [entry.task_id for entry in taken] == ["t1"]


def test_a_living_holder_keeps_its_entry(intake: Intake, redis: Redis) -> None:
    accept(intake, "t1")
    (entry,) = take(intake, "one")
    wait_idle(redis, 60)
    assert intake.refresh("one", [entry.entry_id]) == []
    assert intake.take_over("two", idle_ms=60, count=5) == []


def test_the_entry_of_a_silent_holder_is_taken_over(intake: Intake, redis: Redis) -> None:
    accept(intake, "t1")
    (entry,) = take(intake, "one")
    wait_idle(redis, 30)
    assert intake.take_over("two", idle_ms=30, count=5) == [(entry, 2)]
    wait_idle(redis, 30)
    assert intake.take_over("three", idle_ms=30, count=5) == [(entry, 3)]


def test_a_refresh_never_takes_an_entry_back(intake: Intake, redis: Redis) -> None:
    accept(intake, "t1")
    accept(intake, "t2")
    lost, kept = take(intake, "one", 2)
    wait_idle(redis, 30)
    assert intake.take_over("two", idle_ms=30, count=1) == [(lost, 2)]
    assert intake.refresh("one", [lost.entry_id, kept.entry_id]) == [lost.entry_id]
    (pending,) = redis.xpending_range(
        keys.QUEUE, keys.QUEUE_GROUP, lost.entry_id, lost.entry_id, count=1
    )
    assert pending["consumer"] == "two"


def test_refreshing_counts_as_no_delivery(intake: Intake, redis: Redis) -> None:
    accept(intake, "t1")
    (entry,) = take(intake, "one")
    for _ in range(5):
        intake.refresh("one", [entry.entry_id])
    wait_idle(redis, 30)
    assert intake.take_over("two", idle_ms=30, count=5) == [(entry, 2)]


def test_an_entry_that_is_settled_is_lost_to_a_late_refresh(intake: Intake) -> None:
    accept(intake, "t1")
    (entry,) = take(intake, "one")
    intake.drop(entry)
    assert intake.refresh("one", [entry.entry_id]) == [entry.entry_id]
    assert intake.refresh("one", []) == []


def test_a_dropped_entry_is_on_the_stream_no_more(intake: Intake, redis: Redis) -> None:
    accept(intake, "t1")
    (entry,) = take(intake, "one")
    intake.drop(entry)
    assert intake.backlog() == 0
    assert redis.xpending(keys.QUEUE, keys.QUEUE_GROUP)["pending"] == 0


def test_a_held_entry_that_was_deleted_is_not_taken_over(intake: Intake, redis: Redis) -> None:
    accept(intake, "t1")
    (entry,) = take(intake, "one")
    redis.xdel(keys.QUEUE, entry.entry_id)
    wait_idle(redis, 30)
    assert intake.take_over("two", idle_ms=30, count=5) == []


def test_the_deadline_runs_from_the_moment_of_asking(services: Services) -> None:
    accept(services.intake, "t1", "How do I begin?")
    run = services.tasks.load_run("t1")
    assert run is not None
    assert run.accepted_at == NOON
    assert run.deadline_at == NOON + timedelta(seconds=services.settings.task_deadline_s)
    assert (run.task_id, run.question) == ("t1", "How do I begin?")
