"""Levels on a real Valkey: switched by people, lowered by harm, raised by a record."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis

from shiploop.bootstrap import Services
from shiploop.domain.delivery.autonomy import (
    Harm,
    Levels,
    Standing,
    after_good,
    after_harm,
    read_levels,
)
from shiploop.domain.delivery.change import Level
from shiploop.domain.delivery.task import FailureKind, Merge, Outcome, declined, done, failed
from shiploop.stores import keys
from shiploop.stores.autonomy import AutonomyStore, Said
from shiploop.stores.tasks import Lease
from tests.builders import NOON, a_request

MERGE = Merge("f" * 40, NOON)
DONE = done(MERGE, "http://127.0.0.1/faq#entry")
BROKEN = failed(FailureKind.UNHEALTHY_DEPLOY, "production is broken", MERGE)


def settle(
    services: Services, task_id: str, outcome: Outcome = DONE, kind: str = "heading"
) -> None:
    """A task that was accepted, opened as a kind of answer, and ended."""
    services.task_queue.create_group()
    services.intake.accept(task_id, a_request(f"What is {task_id}?"), NOON, 100)
    (item,) = services.task_queue.take("one", 1, 50)
    services.tasks.note(task_id, NOON, answer_kind=kind, pull_id=f"PR_{task_id}")
    task = services.tasks.load(task_id)
    assert task is not None
    services.outcomes.settle(task, Lease("one", item.item_id), outcome, NOON)


def standing(services: Services, kind: str = "heading") -> Standing:
    return services.autonomy.of("faq", kind)[1]


def test_people_switch_an_agent_until_it_is_left_to_the_settings_again(redis: Redis) -> None:
    store = AutonomyStore(redis, read_levels("faq=auto,notes=suggest"))
    assert store.of("faq", "")[0] is Level.AUTO
    assert store.of("notes", "")[0] is Level.SUGGEST
    store.switch("faq", Level.SUGGEST)
    assert store.of("faq", "any")[0] is store.ceiling("faq", store.read()) is Level.SUGGEST
    assert AutonomyStore(redis, Levels()).of("faq", "")[0] is Level.SUGGEST  # another runner
    store.switch("faq", None)
    assert store.of("faq", "")[0] is Level.AUTO


def test_each_good_one_counts_for_its_kind(services: Services) -> None:
    settle(services, "t1")
    settle(services, "t2")
    settle(services, "t3", kind="passage")
    settle(services, "t4", declined("the documents do not say"))
    assert standing(services).good == 2
    assert services.autonomy.read().standings == {
        ("faq", "heading"): Standing(good=2),
        ("faq", "passage"): Standing(good=1),
    }


def test_harm_lowers_the_kind_and_no_other_and_counts_once_a_task(services: Services) -> None:
    settle(services, "t1")
    settle(services, "t2", kind="passage")
    said = [
        services.autonomy.say_wrong("t1", harm, "it is 6 s", NOON)
        for harm in (Harm.FEEDBACK, Harm.REACTION)
    ]
    assert said == [Said.COUNTED, Said.KNOWN]
    assert standing(services) == Standing(0, 1, Harm.FEEDBACK, NOON)
    assert standing(services, "passage").level is Level.AUTO
    assert services.autonomy.say_right("t1", "", NOON) is Said.KNOWN  # it stays wrong


def test_harm_that_was_none_of_its_doing_is_forgiven(services: Services) -> None:
    settle(services, "t1")
    services.autonomy.switch("faq", Level.SUGGEST)
    services.autonomy.say_wrong("t1", Harm.ROLLBACK, "", NOON)
    settle(services, "t2")
    services.autonomy.forgive("notes")
    assert standing(services).level is Level.SUGGEST
    services.autonomy.forgive("faq")
    assert standing(services) == Standing(good=1)
    assert services.autonomy.of("faq", "")[0] is Level.SUGGEST  # a switch is another matter


def test_what_is_said_to_be_right_is_one_more_good_one(services: Services) -> None:
    settle(services, "t1")
    said = [services.autonomy.say_right("t1", "", NOON) for _ in range(2)]
    assert said == [Said.COUNTED, Said.KNOWN]
    assert standing(services).good == 2


def test_a_rollback_counts_whether_its_task_has_ended_already_or_not(services: Services) -> None:
    settle(services, "t1", BROKEN)
    assert standing(services) == Standing()
    assert services.autonomy.say_wrong("t1", Harm.ROLLBACK, "", NOON) is Said.COUNTED
    services.intake.accept("t2", a_request("What is t2?"), NOON, 100)
    services.tasks.note("t2", NOON, answer_kind="heading", merge_sha=MERGE.sha)
    assert services.autonomy.say_wrong("t2", Harm.ROLLBACK, "", NOON) is Said.COUNTED
    assert standing(services).harms == 2


@pytest.mark.parametrize("outcome", [declined("no"), failed(FailureKind.CI_FAILED, "red")])
def test_of_what_was_never_shipped_nothing_can_be_said(
    services: Services, outcome: Outcome
) -> None:
    settle(services, "t1", outcome)
    for task_id in ("t1", "t9"):
        assert services.autonomy.say_wrong(task_id, Harm.FEEDBACK, "", NOON) is Said.UNKNOWN
    assert services.autonomy.read().standings == {}


def test_what_was_shipped_lately_is_found_with_its_pull_request(services: Services) -> None:
    for task_id in ("t1", "t2", "t3"):
        settle(services, task_id)
    services.autonomy.say_wrong("t2", Harm.COMMENT, "", NOON)
    newest = services.autonomy.newest_shipped(NOON, 100)
    assert newest == {"t1": "PR_t1", "t3": "PR_t3"}
    assert services.autonomy.newest_shipped(NOON + timedelta(seconds=1), 100) == {}


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.one_of(st.none(), st.sampled_from(Harm)), max_size=15))
def test_the_script_counts_as_the_policy_says(
    services: Services, redis: Redis, words: list[Harm | None]
) -> None:
    redis.flushall()
    expected = Standing()
    for number, harm in enumerate(words):
        redis.hset(keys.shipped(f"t{number}"), "kind", "faq|heading")
        if harm is None:
            services.autonomy.say_right(f"t{number}", "", NOON)
            expected = after_good(expected)
        else:
            services.autonomy.say_wrong(f"t{number}", harm, "", NOON)
            expected = after_harm(expected, harm, NOON)
    assert standing(services) == expected
