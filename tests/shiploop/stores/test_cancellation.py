"""Asking to cancel a task: whoever runs it can see that somebody asked."""

from datetime import timedelta

import pytest
from redis import Redis

from shiploop.bootstrap import Services
from shiploop.domain.delivery.task import FailureKind, failed
from shiploop.stores import keys
from shiploop.stores.events import Events
from shiploop.stores.tasks import Cancellation, Lease
from tests.builders import NOON, TASK_ID, a_request

LATER = NOON + timedelta(seconds=2)


@pytest.fixture
def lease(services: Services) -> Lease:
    """A task that was accepted, and is held."""
    services.task_queue.create_group()
    services.intake.accept(TASK_ID, a_request(), NOON, 100)
    (item,) = services.task_queue.take("one", 1, 50)
    return Lease("one", item.item_id)


@pytest.mark.usefixtures("lease")
def test_a_request_is_seen_by_whoever_runs_the_task(services: Services) -> None:
    assert services.tasks.cancellation_requested(TASK_ID) is False
    assert services.tasks.request_cancellation(TASK_ID, LATER) is Cancellation.REQUESTED
    assert services.tasks.cancellation_requested(TASK_ID) is True
    task = services.tasks.read(TASK_ID)
    assert task is not None
    assert task.status == "queued"
    assert task.cancel_requested_at == task.updated_at == LATER


@pytest.mark.usefixtures("lease")
def test_a_second_request_changes_nothing(services: Services, redis: Redis) -> None:
    services.tasks.request_cancellation(TASK_ID, NOON)
    before = services.tasks.read(TASK_ID)
    assert services.tasks.request_cancellation(TASK_ID, LATER) is Cancellation.REQUESTED
    assert services.tasks.read(TASK_ID) == before
    kinds = [event.kind for event in Events(redis).since(TASK_ID).events]
    assert kinds == ["queued", "cancel_requested"]


def test_a_settled_task_cannot_be_cancelled(services: Services, lease: Lease, redis: Redis) -> None:
    run = services.tasks.load(TASK_ID)
    assert run is not None
    services.outcomes.settle(run, lease, failed(FailureKind.CI_FAILED, "red"), NOON)
    before = redis.dump(keys.task(TASK_ID))
    assert services.tasks.request_cancellation(TASK_ID, LATER) is Cancellation.SETTLED
    assert redis.dump(keys.task(TASK_ID)) == before
    assert services.tasks.cancellation_requested(TASK_ID) is False


def test_an_unknown_task_stays_unknown(services: Services, redis: Redis) -> None:
    assert services.tasks.request_cancellation("unknown", NOON) is Cancellation.UNKNOWN
    assert services.tasks.cancellation_requested("unknown") is False
    assert list(redis.scan_iter()) == []
