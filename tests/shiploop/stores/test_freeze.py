"""The merge freeze on a real Valkey."""

from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from shiploop.bootstrap import Services
from shiploop.domain.production.rollback import RollbackStatus, freeze_owner
from shiploop.stores.freeze import Freeze, FreezeState
from tests.builders import NOON, a_rollback_case

ONE, TWO = "1" * 40, "2" * 40


@pytest.fixture
def freeze(services: Services) -> Freeze:
    return services.freeze


def standing(freeze: Freeze) -> FreezeState:
    state = freeze.read()
    assert state is not None
    return state


def begin_rollback(services: Services, sha: str) -> None:
    """Claim a rollback, which freezes merges unless they are frozen."""
    assert services.rollbacks.claim(a_rollback_case(sha), NOON) is None


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
    services: Services, freeze: Freeze
) -> None:
    begin_rollback(services, ONE)
    assert freeze.set("I look into it", "ada@laptop")
    assert not freeze.lift_if_owned(freeze_owner(ONE))
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


def test_a_rollback_neither_replaces_nor_lifts_a_persons_freeze(
    services: Services, freeze: Freeze
) -> None:
    freeze.set("a demo", "ada@laptop")
    before = standing(freeze)
    begin_rollback(services, ONE)
    assert not freeze.lift_if_owned(freeze_owner(ONE))
    assert standing(freeze) == before


def test_a_rollback_lifts_its_own_freeze_once(services: Services, freeze: Freeze) -> None:
    begin_rollback(services, ONE)
    assert freeze.lift_if_owned(freeze_owner(ONE))
    assert freeze.read() is None
    assert not freeze.lift_if_owned(freeze_owner(ONE))


def test_a_rollback_neither_replaces_nor_lifts_the_freeze_of_one_that_is_stuck(
    services: Services, freeze: Freeze
) -> None:
    begin_rollback(services, ONE)
    before = standing(freeze)
    services.rollbacks.note(ONE, RollbackStatus.STUCK, NOON)
    begin_rollback(services, TWO)
    assert not freeze.lift_if_owned(freeze_owner(TWO))
    assert standing(freeze) == before


def test_a_person_lifts_a_rollbacks_freeze(services: Services, freeze: Freeze) -> None:
    begin_rollback(services, ONE)
    lifted = freeze.lift()
    assert lifted is not None
    assert lifted.owner == freeze_owner(ONE)
    assert freeze.reason() is None


def test_a_freeze_set_with_redis_cli_is_one(
    services: Services, freeze: Freeze, redis: Redis
) -> None:
    redis.hset("agent:freeze", "reason", "by hand")
    assert standing(freeze) == FreezeState("by hand", "unknown", None)
    begin_rollback(services, ONE)
    assert not freeze.lift_if_owned(freeze_owner(ONE))
    assert standing(freeze) == FreezeState("by hand", "unknown", None)
    assert freeze.set("a demo", "ada@laptop")
    assert standing(freeze).owner == "ada@laptop"
