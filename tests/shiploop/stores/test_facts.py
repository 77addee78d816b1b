"""Facts on a real Valkey: stored before they are told, so that no waiter misses one."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from redis import Redis

from shiploop.bootstrap import Services
from shiploop.domain.delivery.checks import Conclusion
from shiploop.domain.delivery.webhook_facts import (
    CheckFact,
    ConflictFact,
    DeployFact,
    DeployState,
    PushFact,
)
from shiploop.stores import keys
from shiploop.stores.facts import Facts, KnownFacts
from tests.until import wait_until

SHA = "a" * 40
GREEN = CheckFact(SHA, "faq-gate", Conclusion.SUCCESS)


@pytest.fixture
def facts(services: Services) -> Facts:
    return services.facts


@contextmanager
def listening(facts: Facts) -> Iterator[None]:
    """Listen in a thread, subscribed before the block begins."""
    stopping = threading.Event()
    thread = threading.Thread(target=facts.listen, args=[stopping])
    try:
        # All who wait are woken once it has heard that it is subscribed.
        with facts.watching("subscribed") as subscribed:
            thread.start()
            assert subscribed.wait(timeout=5)
        yield
    finally:
        stopping.set()
        thread.join(timeout=5)
        assert not thread.is_alive()


def subscribers(redis: Redis) -> int:
    ((_, count),) = redis.pubsub_numsub(keys.FACTS_CHANNEL)
    return int(count)


def test_nothing_is_known_of_a_commit_that_nobody_spoke_of(facts: Facts) -> None:
    assert facts.known(SHA) == KnownFacts({})


def test_what_was_recorded_is_known_the_newest_of_each_check(facts: Facts) -> None:
    facts.record([CheckFact(SHA, "faq-gate", None)])
    facts.record([CheckFact(SHA, "lint: docs", Conclusion.FAILURE)])
    facts.record([GREEN])
    facts.record([CheckFact("b" * 40, "faq-gate", Conclusion.FAILURE)])
    read = {"faq-gate": Conclusion.SUCCESS, "lint: docs": Conclusion.FAILURE}
    assert facts.known(SHA) == KnownFacts(read)


def test_what_a_webhook_tells_is_kept_apart_from_what_was_read(facts: Facts) -> None:
    facts.record([CheckFact(SHA, "faq-gate", None)])
    facts.record_delivery("d1", [GREEN])
    facts.record_delivery("d2", [DeployFact(SHA, "production", DeployState.IN_PROGRESS)])
    facts.record_delivery("d3", [DeployFact("b" * 40, "production", DeployState.FAILURE)])
    assert facts.known(SHA) == KnownFacts(
        {"faq-gate": None},
        {"faq-gate": Conclusion.SUCCESS},
        {"production": DeployState.IN_PROGRESS},
    )


def test_facts_are_kept_in_githubs_own_words_and_read_as_others_have_left_them(
    facts: Facts, redis: Redis
) -> None:
    facts.record([CheckFact(SHA, "faq-gate", None)])
    facts.record([CheckFact(SHA, "lint", Conclusion.TIMED_OUT)])
    facts.record_delivery("d1", [DeployFact(SHA, "production", DeployState.SUCCESS), GREEN])
    kept = {"check:faq-gate": "null", "check:lint": '"timed_out"', "deploy:production": "success"}
    kept["told:faq-gate"] = '"success"'
    assert redis.hgetall(f"agent:fact:{SHA}") == kept
    redis.hset(
        keys.fact(SHA), mapping={"check:lint": '"splendid"', "deploy:production": "splendid"}
    )
    read = {"faq-gate": None, "lint": Conclusion.UNKNOWN}
    told = {"faq-gate": Conclusion.SUCCESS}
    assert facts.known(SHA) == KnownFacts(read, told, {"production": DeployState.UNKNOWN})


def test_recording_nothing_is_fine(facts: Facts) -> None:
    facts.record([])
    assert facts.known(SHA) == KnownFacts({})


def test_a_fact_is_kept_an_hour_from_its_last_news(facts: Facts, redis: Redis) -> None:
    facts.record([GREEN])
    redis.expire(keys.fact(SHA), 10)
    facts.record([GREEN])
    assert redis.ttl(f"agent:fact:{SHA}") == pytest.approx(3600, abs=5)


def test_a_delivery_is_recorded_once(facts: Facts, redis: Redis) -> None:
    assert facts.record_delivery("d1", [GREEN]) is True
    assert facts.record_delivery("d1", [CheckFact(SHA, "faq-gate", Conclusion.FAILURE)]) is False
    assert facts.known(SHA).told_conclusions == {"faq-gate": Conclusion.SUCCESS}
    assert facts.record_delivery("d2", [CheckFact(SHA, "faq-gate", Conclusion.FAILURE)]) is True
    assert facts.known(SHA).told_conclusions == {"faq-gate": Conclusion.FAILURE}
    assert redis.ttl(keys.delivery("d1")) == pytest.approx(24 * 3600, abs=5)


def test_a_waiter_is_woken_by_news_of_its_commit_only(facts: Facts) -> None:
    with listening(facts), facts.watching(SHA) as ours, facts.watching("b" * 40) as other:
        facts.record([GREEN])
        assert ours.wait(timeout=3)
        assert not other.is_set()


def test_who_waits_for_a_branch_is_woken_by_a_push_to_it(facts: Facts) -> None:
    with (
        listening(facts),
        facts.watching("refs/heads/main") as ours,
        facts.watching("refs/heads/other") as other,
    ):
        facts.record_delivery("d1", [PushFact("refs/heads/main", SHA)])
        assert ours.wait(timeout=3)
        assert not other.is_set()


def test_all_who_wait_for_one_commit_are_woken(facts: Facts) -> None:
    with listening(facts), facts.watching(SHA) as one, facts.watching(SHA) as two:
        facts.record([GREEN])
        assert one.wait(timeout=3)
        assert two.wait(timeout=3)


def test_nobody_waits_any_more_after_the_block(facts: Facts) -> None:
    with facts.watching(SHA), facts.watching(SHA):
        pass
    assert facts._waiters == {}


def test_who_registers_reads_and_then_waits_misses_nothing(facts: Facts) -> None:
    """The fact comes at any moment around registering and reading, from another thread."""
    shas = [f"{number:040x}" for number in range(200)]
    begin = threading.Barrier(2)

    def tell() -> None:
        dice = random.Random(7)
        for sha in shas:
            begin.wait()
            time.sleep(dice.choice([0, 0, 0.0001, 0.0005, 0.001]))
            facts.record([CheckFact(sha, "faq-gate", Conclusion.SUCCESS)])

    teller = threading.Thread(target=tell)
    with listening(facts):
        teller.start()
        for sha in shas:
            begin.wait()
            with facts.watching(sha) as news:
                while not facts.known(sha).conclusions:
                    assert news.wait(timeout=5), f"the news of {sha} was missed"
                    news.clear()
        teller.join()


def test_a_listener_whose_connection_was_cut_misses_nothing(facts: Facts, redis: Redis) -> None:
    with listening(facts), facts.watching(SHA) as news:
        with redis.pipeline(transaction=True) as at_once:  # told while nobody listens
            at_once.client_kill_filter(_type="pubsub")
            at_once.hset(keys.fact(SHA), "check:faq-gate", '"success"')
            at_once.publish(keys.FACTS_CHANNEL, SHA)
            told = at_once.execute()
        assert told[-1] == 0
        assert news.wait(timeout=4)
        assert facts.known(SHA).conclusions == {"faq-gate": Conclusion.SUCCESS}


def test_a_listener_whose_connection_was_cut_hears_again(facts: Facts, redis: Redis) -> None:
    with listening(facts):
        redis.client_kill_filter(_type="pubsub")
        wait_until(lambda: subscribers(redis) == 1)
        with facts.watching(SHA) as news:
            facts.record([GREEN])
            assert news.wait(timeout=4)


def test_a_conflict_is_known_beside_the_checks(facts: Facts) -> None:
    facts.record([GREEN, ConflictFact(SHA)])
    assert facts.known(SHA) == KnownFacts({"faq-gate": Conclusion.SUCCESS}, conflicting=True)
