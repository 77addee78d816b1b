"""The merge freeze on a real Valkey."""

from redis import Redis

from shiploop.bootstrap import Services


def test_a_freeze_stands_until_it_is_lifted(services: Services, redis: Redis) -> None:
    assert services.freeze.reason() is None
    services.freeze.set("a rollback is under way", owner="r1")
    assert services.freeze.reason() == "a rollback is under way"
    assert redis.hgetall("agent:freeze")["owner"] == "r1"
    assert redis.ttl("agent:freeze") == -1
    services.freeze.lift()
    assert services.freeze.reason() is None
    services.freeze.lift()
