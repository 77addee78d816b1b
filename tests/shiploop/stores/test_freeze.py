"""The merge freeze on a real Valkey."""

from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from shiploop.bootstrap import Services
from shiploop.stores.freeze import Freeze, FreezeState

ROLLBACK = "rollback:" + "a" * 40
OTHER_ROLLBACK = "rollback:" + "b" * 40


@pytest.fixture
def freeze(services: Services) -> Freeze:
    return services.freeze


def standing(freeze: Freeze) -> FreezeState:
    state = freeze.read()
    assert state is not None
    return state


def test_a_freeze_stands_until_it_is_lifted(freeze: Freeze, redis: Redis) -> None:
    assert freeze.reason() is None
    assert freeze.read() is None
    assert freeze.set("the error budget is spent", owner="ada@laptop")
    assert freeze.reason() == "the error budget is spent"
    state = standing(freeze)
    assert (state.reason, state.owner) == ("the error budget is spent", "ada@laptop")
    assert state.since is not None
    assert abs(datetime.now(UTC) - state.since) < timedelta(seconds=30)
    assert redis.ttl("agent:freeze") == -1
    assert freeze.lift() == state
    assert freeze.reason() is None
    assert freeze.lift() is None


def test_a_person_replaces_a_rollbacks_freeze_which_the_rollback_then_does_not_lift(
    freeze: Freeze,
) -> None:
    assert freeze.freeze_unless_frozen("rolling back aaaa", ROLLBACK)
    assert freeze.set("I look into it", "ada@laptop")
    assert not freeze.lift_if_owned(ROLLBACK)
    assert standing(freeze).owner == "ada@laptop"


def test_a_person_does_not_replace_another_persons_freeze(freeze: Freeze) -> None:
    assert freeze.set("a demo", "ada@laptop")
    assert not freeze.set("holidays", "bob@desktop")
    assert (standing(freeze).reason, standing(freeze).owner) == ("a demo", "ada@laptop")


def test_a_person_corrects_the_reason_of_an_own_freeze(freeze: Freeze) -> None:
    freeze.set("a demo", "ada@laptop")
    since = standing(freeze).since
    assert freeze.set("a long demo", "ada@laptop")
    assert standing(freeze) == FreezeState("a long demo", "ada@laptop", since)


def test_a_rollback_neither_replaces_nor_lifts_a_persons_freeze(freeze: Freeze) -> None:
    freeze.set("a demo", "ada@laptop")
    assert not freeze.freeze_unless_frozen("rolling back aaaa", ROLLBACK)
    assert not freeze.lift_if_owned(ROLLBACK)
    assert standing(freeze).reason == "a demo"


def test_a_rollback_lifts_its_own_freeze_once(freeze: Freeze) -> None:
    assert freeze.freeze_unless_frozen("rolling back aaaa", ROLLBACK)
    assert freeze.lift_if_owned(ROLLBACK)
    assert freeze.read() is None
    assert not freeze.lift_if_owned(ROLLBACK)


def test_a_rollback_that_is_resumed_finds_its_own_freeze(freeze: Freeze) -> None:
    freeze.freeze_unless_frozen("rolling back aaaa", ROLLBACK)
    before = standing(freeze)
    assert freeze.freeze_unless_frozen("resumed", ROLLBACK)
    assert standing(freeze) == before
    assert not freeze.freeze_unless_frozen("rolling back bbbb", OTHER_ROLLBACK)
    assert not freeze.lift_if_owned(OTHER_ROLLBACK)


def test_a_person_lifts_a_rollbacks_freeze(freeze: Freeze) -> None:
    freeze.freeze_unless_frozen("rolling back aaaa", ROLLBACK)
    lifted = freeze.lift()
    assert lifted is not None
    assert lifted.owner == ROLLBACK
    assert freeze.reason() is None


def test_a_freeze_set_with_redis_cli_is_one(freeze: Freeze, redis: Redis) -> None:
    redis.hset("agent:freeze", "reason", "by hand")
    assert standing(freeze) == FreezeState("by hand", "unknown", None)
    assert not freeze.freeze_unless_frozen("rolling back aaaa", ROLLBACK)
    assert not freeze.lift_if_owned(ROLLBACK)
    assert freeze.set("a demo", "ada@laptop")
    assert standing(freeze).owner == "ada@laptop"
