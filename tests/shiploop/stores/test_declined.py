"""What was declined is kept for a while, and no more of it than can be grouped."""

from datetime import timedelta

import pytest
from redis import Redis

from shiploop.domain.delivery.change import Source
from shiploop.domain.upkeep.gap import DeclinedRequest
from shiploop.stores import declined as module
from shiploop.stores import keys
from shiploop.stores.declined import DeclinedRequests
from tests.builders import NOON, TASK_ID


def a_request(minute: int) -> DeclinedRequest:
    closest = (Source("docs/a.md", "b", "A › B"),)
    at = NOON + timedelta(minutes=minute)
    return DeclinedRequest(TASK_ID, f"Who is number {minute}?", "not answered", at, closest)


def test_it_is_read_by_when_it_was(redis: Redis) -> None:
    store = DeclinedRequests(redis)
    for minute in range(5):
        store.note("faq", a_request(minute))
    found = store.between("faq", NOON + timedelta(minutes=1), NOON + timedelta(minutes=3))
    assert found == [a_request(1), a_request(2)]
    assert store.between("notes", NOON, NOON + timedelta(days=1)) == []
    assert 0 < redis.ttl(keys.declined("faq")) <= keys.DECLINED_TTL_S


def test_the_oldest_go_where_there_are_too_many(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_DECLINED", 3)
    store = DeclinedRequests(redis)
    assert store.version("faq") == ""
    versions = set()
    for minute in range(5):
        store.note("faq", a_request(minute))
        versions.add(store.version("faq"))
    assert len(versions) == 5
    assert store.between("faq", NOON, NOON + timedelta(days=1)) == [*map(a_request, range(2, 5))]


def test_a_review_is_written_once(redis: Redis) -> None:
    store, monday = DeclinedRequests(redis), NOON.date()
    assert store.begin_review("faq", monday)
    assert not store.begin_review("faq", monday)
    store.note_review("faq", monday)
    assert not store.begin_review("faq", monday)
    assert redis.ttl(keys.gap_review("faq", monday)) > 24 * 3600
