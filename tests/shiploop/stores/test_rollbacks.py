"""Rollbacks on a real Valkey: one per merge commit, one at a time, each with its own freeze."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from redis import Redis

from shiploop.bootstrap import Services
from shiploop.domain.production.rollback import RollbackStatus
from shiploop.stores import keys
from shiploop.stores.rollbacks import Rollbacks
from tests.builders import NOON, a_rollback_case

ONE, TWO, THREE = "1" * 40, "2" * 40, "3" * 40
LATER = NOON + timedelta(minutes=1)
ENDED = [status for status in RollbackStatus if status.ended]
UNDER_WAY = [status for status in RollbackStatus if not status.ended]


@pytest.fixture
def rollbacks(services: Services) -> Rollbacks:
    return services.rollbacks


def everything(redis: Redis) -> dict[str, Any]:
    """All that is stored, to see whether anything was written."""
    return {key: redis.dump(key) for key in redis.scan_iter()}


def test_a_claimed_rollback_is_requested_and_under_way(rollbacks: Rollbacks) -> None:
    case = a_rollback_case(ONE, TWO)
    assert rollbacks.running() is None
    assert rollbacks.claim(case, NOON) is None
    found = rollbacks.read(ONE)
    assert found is not None
    assert (found.case, found.status, found.run_id) == (case, RollbackStatus.REQUESTED, None)
    assert found.reached_at(RollbackStatus.REQUESTED) == NOON
    assert found.reached_at(RollbackStatus.REVERTING) is None
    assert rollbacks.running() == ONE


def test_a_rollback_is_found_by_every_merge_that_it_takes_back(rollbacks: Rollbacks) -> None:
    rollbacks.claim(a_rollback_case(ONE, TWO, THREE), NOON)
    assert rollbacks.read(ONE) == rollbacks.read(TWO) == rollbacks.read(THREE)
    assert rollbacks.read("4" * 40) is None


def test_a_rollback_is_found_by_its_lead_also_when_that_is_no_suspect(
    rollbacks: Rollbacks,
) -> None:
    case = a_rollback_case(TWO, lead_sha=ONE)
    assert rollbacks.claim(case, NOON) is None
    for sha in (ONE, TWO):
        found = rollbacks.read(sha)
        assert found is not None
        assert found.case == case


def test_one_rollback_is_under_way_at_a_time(rollbacks: Rollbacks, redis: Redis) -> None:
    rollbacks.claim(a_rollback_case(ONE), NOON)
    before = everything(redis)
    assert rollbacks.claim(a_rollback_case(TWO), LATER) == ONE
    assert rollbacks.claim(a_rollback_case(ONE), LATER) == ONE
    assert everything(redis) == before


@pytest.mark.parametrize("status", ENDED)
def test_there_is_one_rollback_for_each_merge_however_it_ended(
    rollbacks: Rollbacks, redis: Redis, status: RollbackStatus
) -> None:
    rollbacks.claim(a_rollback_case(ONE, TWO), NOON)
    rollbacks.note(ONE, status, LATER)
    before = everything(redis)
    assert rollbacks.claim(a_rollback_case(TWO), LATER) == ONE
    assert rollbacks.claim(a_rollback_case(THREE, TWO), LATER) == ONE
    assert everything(redis) == before  # all or nothing: the third is not claimed either
    assert rollbacks.read(THREE) is None
    assert rollbacks.claim(a_rollback_case(THREE), LATER) is None


def test_of_many_that_claim_at_once_one_does_it(rollbacks: Rollbacks) -> None:
    shas = [f"{number:040x}" for number in range(16)]
    answers: dict[str, str | None] = {}
    start = threading.Barrier(len(shas))

    def claim(sha: str) -> None:
        start.wait(timeout=5)
        answers[sha] = rollbacks.claim(a_rollback_case(sha, THREE), NOON)

    threads = [threading.Thread(target=claim, args=(sha,)) for sha in shas]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [sha for sha, answer in answers.items() if answer is None]
    assert {answer for sha, answer in answers.items() if sha != winner} == {winner}
    assert rollbacks.running() == winner


def test_claiming_freezes_merges_in_the_rollbacks_name(services: Services) -> None:
    services.rollbacks.claim(a_rollback_case(ONE), NOON)
    freeze = services.freeze.read()
    assert freeze is not None
    assert freeze.owner == f"rollback:{ONE}"
    assert freeze.reason == "rolling back 111111111111: site-home failing"
    assert freeze.since == NOON


def test_a_persons_freeze_stands_as_it_was(services: Services) -> None:
    services.freeze.set("release day", "ada")
    before = services.freeze.read()
    assert services.rollbacks.claim(a_rollback_case(ONE), NOON) is None
    assert services.freeze.read() == before


def test_a_claim_that_is_refused_freezes_nothing(services: Services) -> None:
    services.rollbacks.claim(a_rollback_case(ONE), NOON)
    services.rollbacks.note(ONE, RollbackStatus.HEALTHY, LATER)
    services.freeze.lift()
    assert services.rollbacks.claim(a_rollback_case(ONE), LATER) == ONE
    assert services.freeze.read() is None
    assert services.rollbacks.running() is None


@pytest.mark.parametrize("status", UNDER_WAY)
def test_a_rollback_that_goes_on_stays_under_way(
    rollbacks: Rollbacks, status: RollbackStatus
) -> None:
    rollbacks.claim(a_rollback_case(ONE), NOON)
    rollbacks.note(ONE, status, LATER)
    assert rollbacks.running() == ONE
    found = rollbacks.read(ONE)
    assert found is not None
    assert found.status is status


@pytest.mark.parametrize("status", ENDED)
def test_a_rollback_that_has_ended_is_under_way_no_more(
    rollbacks: Rollbacks, status: RollbackStatus
) -> None:
    rollbacks.claim(a_rollback_case(ONE), NOON)
    rollbacks.note(ONE, status, LATER)
    assert rollbacks.running() is None


def test_a_late_note_on_an_old_rollback_ends_no_other(rollbacks: Rollbacks) -> None:
    rollbacks.claim(a_rollback_case(ONE), NOON)
    rollbacks.note(ONE, RollbackStatus.STUCK, NOON)
    rollbacks.claim(a_rollback_case(TWO), LATER)
    rollbacks.note(ONE, RollbackStatus.STUCK, LATER)
    assert rollbacks.running() == TWO


def test_a_step_that_is_reached_again_keeps_its_first_time_and_learns_more(
    rollbacks: Rollbacks,
) -> None:
    rollbacks.claim(a_rollback_case(ONE), NOON)
    rollbacks.note(ONE, RollbackStatus.REVERTING, LATER)
    rollbacks.note(ONE, RollbackStatus.VERIFYING, LATER)
    after = LATER + timedelta(minutes=1)
    rollbacks.note(ONE, RollbackStatus.REVERTING, after, rollback_pr_url="http://pull/1")
    found = rollbacks.read(ONE)
    assert found is not None
    assert found.status is RollbackStatus.REVERTING
    assert found.reached_at(RollbackStatus.REVERTING) == LATER
    assert found.fields["rollback_pr_url"] == "http://pull/1"


def test_one_flow_run_adopts_a_rollback_and_does_so_again_after_a_crash(
    rollbacks: Rollbacks,
) -> None:
    rollbacks.claim(a_rollback_case(ONE), NOON)
    assert rollbacks.adopt(ONE, "run-1")
    assert not rollbacks.adopt(ONE, "run-2")
    assert rollbacks.adopt(ONE, "run-1")
    found = rollbacks.read(ONE)
    assert found is not None
    assert found.run_id == "run-1"


def test_the_merge_of_a_rollback_is_known_as_one(rollbacks: Rollbacks) -> None:
    assert not rollbacks.is_rollback(TWO)
    rollbacks.note_merge(ONE, TWO)
    assert rollbacks.is_rollback(TWO)
    assert not rollbacks.is_rollback(ONE)


def test_a_rollback_is_kept_as_long_as_somebody_may_try_it_again(
    rollbacks: Rollbacks, redis: Redis
) -> None:
    rollbacks.claim(a_rollback_case(ONE, TWO), NOON)
    rollbacks.note(ONE, RollbackStatus.HEALTHY, LATER)
    for sha in (ONE, TWO):
        assert redis.ttl(keys.rollback(sha)) == pytest.approx(30 * 24 * 3600, abs=60)


def test_the_mode_is_what_somebody_has_set_word_for_word(
    rollbacks: Rollbacks, redis: Redis
) -> None:
    assert rollbacks.mode() is None
    redis.set(keys.ROLLBACK_MODE, "shdow")
    assert rollbacks.mode() == "shdow"
