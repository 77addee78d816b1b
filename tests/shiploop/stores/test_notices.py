"""The outbox on a real Valkey: what is posted is queued once, with its text."""

from typing import Any

from redis import Redis

from shiploop.bootstrap import Services
from shiploop.stores import keys

WEEK_S = 7 * 24 * 3600


def queued(redis: Redis) -> list[dict[str, str]]:
    told: Any = redis.xrange(keys.NOTICE_QUEUE)
    return [fields for _, fields in told]


def test_a_notice_is_kept_with_its_text_and_queued(services: Services, redis: Redis) -> None:
    assert services.notices.post("rollback-abc-begun", "Rolling back abc.")
    assert services.notices.read("rollback-abc-begun") == "Rolling back abc."
    assert queued(redis) == [{"notice_id": "rollback-abc-begun"}]


def test_the_same_notice_is_queued_once_and_keeps_its_first_text(
    services: Services, redis: Redis
) -> None:
    assert services.notices.post("n1", "first")
    assert not services.notices.post("n1", "second")
    assert services.notices.post("n2", "other")
    assert services.notices.read("n1") == "first"
    assert queued(redis) == [{"notice_id": "n1"}, {"notice_id": "n2"}]


def test_a_notice_that_was_said_is_not_said_again(services: Services, redis: Redis) -> None:
    services.notices.post("n1", "first")
    services.channels[0].queue.create_group()
    (item,) = services.channels[0].queue.take("one", 1, 50)
    services.channels[0].queue.drop(item)
    assert not services.notices.post("n1", "again")
    assert queued(redis) == []


def test_a_notice_that_waits_does_not_expire_while_it_is_tried(
    services: Services, redis: Redis
) -> None:
    services.notices.post("n1", "first")
    assert WEEK_S - 5 <= redis.ttl(keys.notice("n1")) <= WEEK_S
    redis.expire(keys.notice("n1"), 60)
    services.notices.read("n1")
    assert WEEK_S - 5 <= redis.ttl(keys.notice("n1")) <= WEEK_S


def test_a_notice_that_nobody_posted_has_no_text(services: Services) -> None:
    assert services.notices.read("n1") is None
