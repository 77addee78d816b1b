"""Facts on a real Valkey: stored before they are told, so that no waiter misses one."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from redis import Redis

from bench.chaos.proxy import Fault, TcpProxy
from shiploop.bootstrap import Services
from shiploop.domain.delivery.checks import Check, CheckKind, Conclusion, KnownChecks
from shiploop.domain.delivery.pull_request import HeadChecks
from shiploop.domain.delivery.reruns import Rerun
from shiploop.domain.delivery.webhook_facts import (
    CheckFact,
    DeployFact,
    DeployState,
    PushFact,
    QueueFact,
    RulesFact,
)
from shiploop.stores import keys
from shiploop.stores.facts import RULES, Facts, KnownFacts
from tests.builders import NOON, a_check
from tests.until import wait_until
from tests.valkey import url_of

SHA = "a" * 40
PASSED, RUNNING = a_check(Conclusion.SUCCESS), a_check(None)
GREEN = HeadChecks(SHA, KnownChecks((PASSED,)))
RERUN = Rerun(5, ("faq-gate",), (1,), NOON)


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


def through(proxy: TcpProxy) -> Redis:
    return Redis.from_url(
        proxy.url, decode_responses=True, socket_timeout=10.0, legacy_responses=False
    )


def subscribers(redis: Redis) -> int:
    ((_, count),) = redis.pubsub_numsub(keys.FACTS_CHANNEL)
    return int(count)


def test_nothing_is_known_of_a_commit_that_nobody_spoke_of(facts: Facts) -> None:
    assert facts.known(SHA) == KnownFacts()


def test_what_was_read_last_is_known(facts: Facts) -> None:
    lint = Check("lint: docs", Conclusion.TIMED_OUT, CheckKind.STATUS, started_at=NOON)
    facts.record([HeadChecks(SHA, KnownChecks((RUNNING, a_check(None, "gone", id=2)), 3))])
    facts.record([HeadChecks(SHA, KnownChecks((PASSED, lint), complete=False))])
    facts.record([HeadChecks("b" * 40, KnownChecks((RUNNING,)))])
    assert facts.known(SHA) == KnownFacts(KnownChecks((PASSED, lint), complete=False), reads=2)


def test_what_a_webhook_tells_is_kept_apart_from_what_was_read(facts: Facts) -> None:
    facts.record([HeadChecks(SHA, KnownChecks((RUNNING,)))])
    facts.record_delivery("d1", [CheckFact(SHA, PASSED)])
    facts.record_delivery("d2", [DeployFact(SHA, "production", DeployState.IN_PROGRESS)])
    facts.record_delivery("d3", [DeployFact("b" * 40, "production", DeployState.FAILURE)])
    assert facts.known(SHA) == KnownFacts(
        KnownChecks((RUNNING,)), (PASSED,), {"production": DeployState.IN_PROGRESS}, reads=1
    )


def test_hints_are_kept_by_app_run_and_kind(facts: Facts) -> None:
    status = Check("faq-gate", Conclusion.FAILURE, CheckKind.STATUS)
    checks = (PASSED, a_check(None, id=2), status, a_check(None, id=0, app=1), a_check(None, id=0))
    facts.record_delivery("d1", [CheckFact(SHA, check) for check in checks])
    facts.record_delivery("d2", [CheckFact(SHA, PASSED)])
    assert set(facts.known(SHA).told_checks) == set(checks)
    assert len(facts.known(SHA).told_checks) == len(checks)


def test_what_a_version_before_or_after_has_stored_is_read(facts: Facts, redis: Redis) -> None:
    before: dict[Any, Any] = {
        "check:faq-gate": '"success"',
        "told:faq-gate": '"failure"',
        "deploy": "success",
        "deploy:production": "splendid",
    }
    redis.hset(keys.fact(SHA), mapping=before)
    assert facts.known(SHA) == KnownFacts(told_deploy_states={"production": DeployState.UNKNOWN})
    after = '{"checks": [{"name": "lint", "conclusion": "splendid", "mood": "good"}], "more": 1}'
    redis.hset(keys.fact(SHA), "checks", after)
    assert facts.known(SHA).checks == KnownChecks((Check("lint", Conclusion.UNKNOWN),))


def test_a_rerun_is_claimed_once(facts: Facts) -> None:
    assert facts.claim_rerun(SHA, 0, RERUN)
    assert not facts.claim_rerun(SHA, 0, RERUN)
    assert facts.known(SHA).reruns == (RERUN,)
    refused = replace(RERUN, refused="it may not")
    facts.note_rerun(SHA, 0, refused)
    assert facts.claim_rerun(SHA, 1, RERUN)
    assert set(facts.known(SHA).reruns) == {refused, RERUN}
    facts.forget_rerun(SHA, 0, RERUN)
    facts.forget_rerun(SHA, 1, RERUN)
    assert facts.known(SHA) == KnownFacts()


def test_recording_nothing_is_fine(facts: Facts) -> None:
    facts.record([])
    assert facts.known(SHA) == KnownFacts()


def test_a_fact_is_kept_an_hour_from_its_last_news(facts: Facts, redis: Redis) -> None:
    facts.record([GREEN])
    redis.expire(keys.fact(SHA), 10)
    facts.record([GREEN])
    assert redis.ttl(f"agent:fact:{SHA}") == pytest.approx(3600, abs=5)


def test_a_delivery_is_recorded_once(facts: Facts, redis: Redis) -> None:
    failed = a_check(Conclusion.FAILURE)
    assert facts.record_delivery("d1", [CheckFact(SHA, PASSED)]) is True
    assert facts.record_delivery("d1", [CheckFact(SHA, failed)]) is False
    assert facts.known(SHA).told_checks == (PASSED,)
    assert facts.record_delivery("d2", [CheckFact(SHA, failed)]) is True
    assert facts.known(SHA).told_checks == (failed,)
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


def test_who_keeps_the_rules_is_woken_when_they_may_be_others(facts: Facts) -> None:
    with listening(facts), facts.watching(RULES) as ours, facts.watching(SHA) as other:
        assert facts.record_delivery("d1", [RulesFact()]) is True
        assert ours.wait(timeout=3)
        assert not other.is_set()
        assert facts.record_delivery("d1", [RulesFact()]) is False


def test_who_waits_for_a_merge_queue_is_woken_and_nothing_is_kept(
    facts: Facts, redis: Redis
) -> None:
    with listening(facts), facts.watching("abc") as news:
        facts.record_delivery("d-queue", [QueueFact("abc")])
        wait_until(news.is_set)
    assert not redis.exists(keys.fact("abc"))


def test_what_was_put_into_a_queue_is_known_until_it_has_left(facts: Facts) -> None:
    facts.note_enqueued("abc", NOON)
    assert facts.known("abc").enqueued_at == NOON
    facts.forget_enqueued("abc")
    assert facts.known("abc").enqueued_at is None


def test_where_a_commit_is_deployed_is_known_as_it_was_read_last(facts: Facts) -> None:
    for state in (DeployState.IN_PROGRESS, DeployState.SUCCESS):
        facts.record([HeadChecks("abc", deployed={"staging": state})])
    assert facts.known("abc").deployed == {"staging": DeployState.SUCCESS}
    assert facts.known("abc").told_deploy_states == {}


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
            facts.record([replace(GREEN, sha=sha)])

    teller = threading.Thread(target=tell)
    with listening(facts):
        teller.start()
        for sha in shas:
            begin.wait()
            with facts.watching(sha) as news:
                while not facts.known(sha).checks.checks:
                    assert news.wait(timeout=5), f"the news of {sha} was missed"
                    news.clear()
        teller.join()


def test_a_listener_whose_connection_was_cut_misses_nothing(facts: Facts, redis: Redis) -> None:
    with listening(facts), facts.watching(SHA) as news:
        with redis.pipeline(transaction=True) as at_once:  # told while nobody listens
            at_once.client_kill_filter(_type="pubsub")
            at_once.hset(keys.fact(SHA), "conflict", "1")
            at_once.publish(keys.FACTS_CHANNEL, SHA)
            told = at_once.execute()
        assert told[-1] == 0
        assert news.wait(timeout=4)
        assert facts.known(SHA).conflicting


def test_a_listener_whose_connection_was_cut_hears_again(facts: Facts, redis: Redis) -> None:
    with listening(facts):
        redis.client_kill_filter(_type="pubsub")
        wait_until(lambda: subscribers(redis) == 1)
        with facts.watching(SHA) as news:
            facts.record([GREEN])
            assert news.wait(timeout=4)


def test_a_listener_whose_connection_was_forgotten_hears_again(redis: Redis) -> None:
    with TcpProxy(url_of(redis)) as proxy, through(proxy) as blocking:
        facts = Facts(redis, blocking)
        with listening(facts), facts.watching(SHA) as news:
            with proxy.failing(Fault.FORGOTTEN):  # it stays silent also afterwards
                facts.record([GREEN])
                assert not news.wait(timeout=0.2)
            assert news.wait(timeout=20)


def test_a_conflict_is_known_beside_the_checks_until_it_is_taken_back(facts: Facts) -> None:
    facts.record([replace(GREEN, conflicting=True)])
    facts.record([GREEN])
    assert facts.known(SHA) == KnownFacts(GREEN.checks, conflicting=True, reads=2)
    facts.forget_conflict(SHA)
    assert facts.known(SHA) == KnownFacts(GREEN.checks, reads=2)
