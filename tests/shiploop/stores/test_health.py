"""What was seen of production, on a real Valkey: shared by all who wait for a verdict."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from shiploop.bootstrap import Services
from shiploop.domain.production.health_verdict import HealthState
from shiploop.domain.production.judgement import Judgement, PastState, Reaction
from shiploop.domain.production.probe import ProbeResult, ProbeScope, ProbeVerdict, Sample
from shiploop.domain.production.rollback_policy import Suspect
from shiploop.stores import keys
from shiploop.stores.health import ProductionHealth
from tests.builders import NOON, TASK_ID
from tests.until import wait_until

OLD, NEW = "1" * 40, "2" * 40
SECOND = timedelta(seconds=1)
HEALTHY, UNHEALTHY, INCONCLUSIVE = HealthState


@pytest.fixture
def health(services: Services) -> ProductionHealth:
    return services.health


def round_at(at: datetime, evidence: str = "/ answers 200") -> Sample:
    result = ProbeResult("site-home", ProbeVerdict.PASS, evidence, ProbeScope.SITE)
    return Sample(at, NEW, (result,))


def test_one_of_those_who_wait_looks_and_after_the_interval_another_may(
    health: ProductionHealth,
) -> None:
    assert health.take_turn(0.1)
    assert not health.take_turn(0.1)
    wait_until(lambda: health.take_turn(60))
    assert not health.take_turn(0.1)


def test_an_interval_too_short_to_measure_is_an_interval(health: ProductionHealth) -> None:
    assert health.take_turn(0.0001)
    wait_until(lambda: health.take_turn(0.0001))


def test_the_rounds_that_began_since_are_read_oldest_first(health: ProductionHealth) -> None:
    now = datetime.now(UTC)
    before, first, second = (round_at(now + number * SECOND) for number in (-1, 0, 1))
    assert health.samples_since(now) == ()
    for taken in (before, first, second):
        health.record_sample(taken)
    assert health.samples_since(now - 2 * SECOND) == (before, first, second)
    assert health.samples_since(now - SECOND / 2) == (first, second)


def test_a_round_that_began_before_and_was_recorded_after_says_nothing_of_what_came(
    health: ProductionHealth,
) -> None:
    since = datetime.now(UTC)
    health.record_sample(round_at(since - timedelta(milliseconds=5)))
    assert health.samples_since(since) == ()


def test_a_round_is_read_as_it_was_seen(health: ProductionHealth) -> None:
    at = datetime.now(UTC) - SECOND
    results = (
        ProbeResult("a", ProbeVerdict.FAIL, "was ist — 什麼", ProbeScope.PLATFORM),
        ProbeResult("b", ProbeVerdict.INCONCLUSIVE, "", ProbeScope.OBSERVED),
    )
    taken = Sample(at, None, results)
    health.record_sample(taken)
    assert health.samples_since(at) == (taken,)


def test_the_newest_state_is_how_production_is(health: ProductionHealth) -> None:
    assert health.newest_state() is None
    for past in (PastState(NOON, HEALTHY, OLD), PastState(NOON + SECOND, UNHEALTHY, None)):
        health.record_state(past)
        assert health.newest_state() == past


def test_the_state_before_is_the_last_that_was_told_of_another_commit(
    health: ProductionHealth,
) -> None:
    assert health.state_before(NOON, NEW) is None
    for past in (
        PastState(NOON - 9 * SECOND, UNHEALTHY, OLD),
        PastState(NOON - 8 * SECOND, HEALTHY, OLD),
        PastState(NOON - 7 * SECOND, INCONCLUSIVE, OLD),
        PastState(NOON - 6 * SECOND, UNHEALTHY, NEW),
        PastState(NOON + SECOND, UNHEALTHY, OLD),
    ):
        health.record_state(past)
    assert health.state_before(NOON, NEW) is HEALTHY
    assert health.state_before(NOON - 8 * SECOND, NEW) is UNHEALTHY
    assert health.state_before(NOON - 9 * SECOND, NEW) is None
    assert health.state_before(NOON, OLD) is UNHEALTHY


def test_a_state_with_nothing_live_known_counts_as_of_before(health: ProductionHealth) -> None:
    health.record_state(PastState(NOON - SECOND, UNHEALTHY, None))
    assert health.state_before(NOON, NEW) is UNHEALTHY


def test_the_healthy_commit_is_the_newest_that_was_seen_to_be(health: ProductionHealth) -> None:
    assert health.healthy_sha() is None
    health.begin_with(OLD)
    assert health.healthy_sha() == OLD
    health.note_healthy(NEW)
    health.begin_with(OLD)
    assert health.healthy_sha() == NEW


def test_a_judgement_is_read_back_whole_by_its_live_commit(
    health: ProductionHealth, redis: Redis
) -> None:
    judgement = Judgement(
        live_sha=NEW,
        state=UNHEALTHY,
        reaction=Reaction.ROLL_BACK,
        reason="site-home failing",
        site_fails=True,
        lead_sha=NEW,
        suspects=(Suspect(NEW, "Update FAQ", TASK_ID, committed_at=NOON),),
        evidence=("site-home failed 6 of 6 times: / answers 500",),
    )
    health.record_judgement(judgement, NOON)
    assert health.judgement(NEW) == judgement
    assert health.judgement(OLD) is None
    assert redis.hget(keys.verdict(NEW), "judged_at") == "2026-11-22T12:00:00.000Z"
    assert redis.ttl(keys.verdict(NEW)) == pytest.approx(24 * 3600, abs=60)


def test_the_later_judgement_of_a_deploy_replaces_the_earlier(health: ProductionHealth) -> None:
    earlier = Judgement(NEW, INCONCLUSIVE, Reaction.KEEP, "the probes could not tell")
    later = Judgement(NEW, HEALTHY, Reaction.KEEP, "production is healthy")
    health.record_judgement(earlier, NOON)
    health.record_judgement(later, NOON + SECOND)
    assert health.judgement(NEW) == later


def test_one_decision_is_made_at_a_time(health: ProductionHealth) -> None:
    waits, decided = threading.Event(), threading.Event()

    def decide() -> None:
        waits.set()
        with health.deciding():
            decided.set()

    other = threading.Thread(target=decide)
    with health.deciding():
        other.start()
        assert waits.wait(timeout=5)
        assert not decided.wait(timeout=0.3)
    assert decided.wait(timeout=5)
    other.join()


def test_a_decision_that_fails_lets_the_next_be_made(
    health: ProductionHealth, redis: Redis
) -> None:
    with pytest.raises(ZeroDivisionError), health.deciding():
        _ = 1 / 0
    assert not redis.exists(keys.HEALTH_DECISION)


def test_whoever_dies_while_deciding_is_not_waited_for_for_ever(
    health: ProductionHealth, redis: Redis
) -> None:
    with health.deciding():
        assert 0 < redis.pttl(keys.HEALTH_DECISION) <= 60_000
