"""Heartbeats on a real Valkey: readable by the checker that the RFC brings along."""

from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from shiploop.bootstrap import Services
from shiploop.stores.heartbeats import Heartbeat, Heartbeats
from tests.builders import NOON

_DEAD_AFTER_S = 300


@pytest.fixture
def heartbeats(services: Services) -> Heartbeats:
    return services.heartbeats


def rfc_checker_accepts(redis_url: str, now: datetime) -> bool:
    """What the RFC's step "Worker heartbeat check" (4.2.2) decides.

    It reads raw bytes, wants at least one heartbeat, and that none is older than 300 s.
    """
    with Redis.from_url(redis_url) as redis:
        beats = [redis.hgetall(key) for key in redis.scan_iter(b"worker:heartbeat:*")]
    ages_s = [now.timestamp() - float(beat.get(b"last_heartbeat") or b"0") for beat in beats]
    return bool(ages_s) and max(ages_s) <= _DEAD_AFTER_S


def test_the_rfcs_checker_accepts_a_living_runner(heartbeats: Heartbeats, redis_url: str) -> None:
    now = datetime.now(UTC)
    assert not rfc_checker_accepts(redis_url, now)
    heartbeats.beat("host-1", now, "ready", 3)
    assert rfc_checker_accepts(redis_url, now)
    assert not rfc_checker_accepts(redis_url, now + timedelta(seconds=301))


def test_a_heartbeat_says_what_the_runner_does(heartbeats: Heartbeats, redis: Redis) -> None:
    heartbeats.beat("host-1", NOON, "ready", 3)
    beat = redis.hgetall("worker:heartbeat:host-1")
    assert float(beat["last_heartbeat"]) == NOON.timestamp()
    assert (beat["state"], beat["running"]) == ("ready", "3")
    assert redis.ttl("worker:heartbeat:host-1") == pytest.approx(120, abs=5)


def test_a_heartbeat_says_what_memory_the_runner_holds(heartbeats: Heartbeats) -> None:
    heartbeats.beat("host-1", NOON, "ready", 3, 212_000_000)
    heartbeats.beat("host-2", NOON, "ready", 3)  # as a runner of an older version
    assert [beat.resident_bytes for beat in heartbeats.all()] == [212_000_000, None]


def test_living_are_those_who_beat_a_moment_ago(heartbeats: Heartbeats) -> None:
    assert heartbeats.living(NOON) == ()
    heartbeats.beat("host-1", NOON, "ready", 0)
    heartbeats.beat("host-2", NOON - timedelta(seconds=16), "ready", 0)
    assert heartbeats.living(NOON) == ("host-1",)
    assert heartbeats.living(NOON + timedelta(seconds=16)) == ()


def test_a_runner_that_stops_on_purpose_is_gone_at_once(heartbeats: Heartbeats) -> None:
    heartbeats.beat("host-1", NOON, "stopping", 0)
    heartbeats.clear("host-1")
    heartbeats.clear("host-1")
    assert heartbeats.living(NOON) == ()


def test_silent_are_those_who_stopped_of_late_without_taking_their_leave(
    heartbeats: Heartbeats,
) -> None:
    assert heartbeats.silent(NOON) == ()
    heartbeats.beat("host-1", NOON, "ready", 0)
    heartbeats.beat("host-2", NOON - timedelta(seconds=16), "ready", 0)
    heartbeats.beat("host-3", NOON - timedelta(seconds=16), "stopping", 0)
    heartbeats.clear("host-3")
    assert heartbeats.silent(NOON) == ("host-2",)
    assert heartbeats.silent(NOON - timedelta(seconds=1)) == ()


def test_a_runner_is_either_living_or_silent(heartbeats: Heartbeats) -> None:
    heartbeats.beat("host-1", NOON, "ready", 0)
    for age_s, living, silent in ((15, ("host-1",), ()), (15.1, (), ("host-1",))):
        now = NOON + timedelta(seconds=age_s)
        assert (heartbeats.living(now), heartbeats.silent(now)) == (living, silent)


def test_all_heartbeats_are_read_by_the_ids_of_their_runners(heartbeats: Heartbeats) -> None:
    assert heartbeats.all() == ()
    heartbeats.beat("host-2", NOON - timedelta(seconds=16), "stopping", 0)
    heartbeats.beat("host-1", NOON, "ready", 3)
    first, second = heartbeats.all()
    assert first == Heartbeat("host-1", NOON, "ready", 3)
    assert second == Heartbeat("host-2", NOON - timedelta(seconds=16), "stopping", 0)
    assert [each.runner_id for each in heartbeats.all() if each.alive(NOON)] == ["host-1"]
    assert tuple(each.runner_id for each in heartbeats.all() if each.alive(NOON)) == (
        heartbeats.living(NOON)
    )
