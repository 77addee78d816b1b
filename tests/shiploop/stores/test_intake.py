"""The intake on a real Valkey: a request is stored whole, once, or not at all."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from redis import Redis

from shiploop.bootstrap import Services
from shiploop.domain.delivery.task import TaskRequest
from shiploop.stores import keys
from shiploop.stores.intake import Accepted, Intake, QueueFull
from tests.builders import NOON, a_question, a_request

LIMIT = 3


@pytest.fixture
def intake(services: Services) -> Intake:
    return services.intake


def accept(intake: Intake, task_id: str, text: str = "") -> Accepted | QueueFull:
    return intake.accept(task_id, a_request(text or f"What is {task_id}?"), NOON, LIMIT)


def test_an_accepted_question_is_stored_whole(intake: Intake, redis: Redis) -> None:
    question = a_question()
    assert intake.accept("t1", a_request(), NOON, LIMIT) == Accepted("t1", duplicate=False)
    assert redis.hgetall("agent:task:t1") == {
        "task_id": "t1",
        "trace_id": "t1",
        "status": "queued",
        "question": question.text,
        "agent": "faq",
        "request": json.dumps({"question": question.text}),
        "dedupe_key": question.hash,
        "dedupe": f"agent:faq:hash:{question.hash}",
        "version": "2",
        "branch_prefix": "orchestrator/",
        "created_at": "2026-11-22T12:00:00.000Z",
        "updated_at": "2026-11-22T12:00:00.000Z",
    }
    assert redis.get(f"agent:faq:hash:{question.hash}") == "t1"
    entries = redis.xrange("agent:queue:orchestrator") or []
    assert [fields for _, fields in entries] == [{"task_id": "t1"}]
    assert redis.xlen(keys.QUEUE) == 1


def test_a_question_that_was_asked_in_prefect_knows_its_flow_run(
    intake: Intake, redis: Redis
) -> None:
    intake.accept("t1", a_request(), NOON, LIMIT, prefect_run_id="r1")
    assert redis.hget(keys.task("t1"), "prefect_run_id") == "r1"


def test_a_task_lives_a_day_and_its_dedupe_key_an_hour(intake: Intake, redis: Redis) -> None:
    intake.accept("t1", a_request(), NOON, LIMIT)
    assert redis.ttl(keys.task("t1")) == pytest.approx(24 * 3600, abs=5)
    assert redis.ttl(keys.dedupe("faq", a_question().hash)) == pytest.approx(3600, abs=5)


def test_the_same_question_is_given_the_task_it_has(intake: Intake, redis: Redis) -> None:
    accept(intake, "t1", "How do I begin?")
    assert accept(intake, "t2", "  how do I BEGIN ") == Accepted("t1", duplicate=True)
    assert redis.xlen(keys.QUEUE) == 1


def test_the_same_key_of_another_agent_is_another_request(intake: Intake, redis: Redis) -> None:
    notes = replace(a_request(), agent="notes")
    assert intake.accept("t1", a_request(), NOON, LIMIT) == Accepted("t1", duplicate=False)
    assert intake.accept("t2", notes, NOON, LIMIT) == Accepted("t2", duplicate=False)
    assert intake.accept("t3", notes, NOON, LIMIT) == Accepted("t2", duplicate=True)
    assert redis.get(f"agent:notes:hash:{notes.dedupe_key}") == "t2"


def test_a_request_of_any_shape_comes_back_as_it_was(services: Services) -> None:
    fields = {"n": 7, "deep": {"list": [1, None, True, "如何\n"]}, "text": 'quoted "x" \x00'}
    request = TaskRequest("notes", fields, "the-key", "A title")
    services.intake.accept("t1", request, NOON, LIMIT)
    task = services.tasks.load("t1")
    assert task is not None
    assert (task.agent, task.request, task.dedupe_key) == ("notes", fields, "the-key")
    assert task.title == "A title"


def test_a_duplicate_writes_nothing_that_could_be_counted(intake: Intake, redis: Redis) -> None:
    """RFC 5.3.2: "重複任務" is neither success nor failure."""
    accept(intake, "t1", "How do I begin?")
    before = {key: redis.dump(key) for key in redis.scan_iter()}
    accept(intake, "t2", "How do I begin?")
    assert {key: redis.dump(key) for key in redis.scan_iter()} == before


def test_a_dedupe_key_whose_task_has_expired_is_no_duplicate(intake: Intake, redis: Redis) -> None:
    accept(intake, "t1", "How do I begin?")
    redis.delete(keys.task("t1"))
    assert accept(intake, "t2", "How do I begin?") == Accepted("t2", duplicate=False)
    assert redis.get(keys.dedupe("faq", a_question("How do I begin?").hash)) == "t2"


def test_a_full_queue_takes_nothing_and_still_knows_its_own(intake: Intake, redis: Redis) -> None:
    for number in range(LIMIT):
        accept(intake, f"t{number}")
    assert accept(intake, "one-too-many") == QueueFull()
    assert not redis.exists(keys.task("one-too-many"))
    assert not redis.exists(keys.dedupe("faq", a_question("What is one-too-many?").hash))
    assert accept(intake, "again", "What is t1?") == Accepted("t1", duplicate=True)
    assert redis.xlen(keys.QUEUE) == LIMIT


def test_of_many_who_ask_the_same_at_once_one_is_first(intake: Intake, redis: Redis) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: accept(intake, f"t{n}", "How?"), range(24)))
    accepted = [answer for answer in answers if isinstance(answer, Accepted)]
    assert len(accepted) == 24
    assert len({answer.task_id for answer in accepted}) == 1
    assert [answer.duplicate for answer in accepted].count(False) == 1
    assert redis.xlen(keys.QUEUE) == 1


def test_the_deadline_runs_from_the_moment_of_asking(services: Services) -> None:
    accept(services.intake, "t1", "How do I begin?")
    task = services.tasks.load("t1")
    assert task is not None
    assert task.accepted_at == NOON
    assert task.deadline_at == NOON + timedelta(seconds=services.settings.task_deadline_s)
    assert (task.task_id, task.title) == ("t1", "How do I begin?")
