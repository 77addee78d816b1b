"""Parked tasks on a real Valkey: nothing of them is held, and each goes on once."""

from datetime import timedelta

import pytest
from redis import Redis

from shiploop.bootstrap import Services
from shiploop.domain.delivery.autonomy import Harm
from shiploop.domain.delivery.task import (
    REJECTED,
    Merge,
    Stage,
    Task,
    Waiting,
    WaitingFor,
    declined,
    done,
)
from shiploop.domain.delivery.task_record import TaskRecord
from shiploop.stores import keys
from shiploop.stores.events import Events
from shiploop.stores.intake import Accepted
from shiploop.stores.tasks import Cancellation, Lease
from shiploop.stores.waiting import Approval, Parking
from tests.builders import NOON, TASK_ID, a_request

HEADS = ("a" * 40, "b" * 40)
REVIEW = Waiting(WaitingFor.REVIEW, "nobody has approved it yet", "PR_1", HEADS)
DAY = timedelta(days=1)


def task_of(services: Services, task_id: str = TASK_ID) -> Task:
    task = services.tasks.load(task_id)
    assert task is not None
    return task


def record_of(services: Services, task_id: str = TASK_ID) -> TaskRecord:
    record = services.tasks.read(task_id)
    assert record is not None
    return record


def take(services: Services) -> Lease:
    (item,) = services.task_queue.take("one", 1, 50)
    return Lease("one", item.item_id)


@pytest.fixture
def lease(services: Services) -> Lease:
    """A task that was accepted, and is held."""
    services.task_queue.create_group()
    services.intake.accept(TASK_ID, a_request(), NOON, 100)
    return take(services)


def park(services: Services, lease: Lease, now: object = NOON) -> Parking:
    return services.waiting.park(task_of(services), lease, REVIEW, now)  # type: ignore[arg-type]


def test_of_a_parked_task_nobody_holds_anything(
    services: Services, lease: Lease, redis: Redis
) -> None:
    services.tasks.start(TASK_ID, NOON)
    services.tasks.enter_stage(TASK_ID, Stage.OPENING, NOON)
    assert park(services, lease) is Parking.PARKED
    record = record_of(services)
    assert (record.status, record.waiting_for, record.stage) == ("waiting", "review", None)
    assert (record.pull_id, record.heads, record.runner_id) == ("PR_1", HEADS, None)
    assert (record.waits, record.expires_at) == (((NOON, None),), NOON + 30 * DAY)
    assert services.task_queue.backlog() == 0
    assert redis.xpending(keys.QUEUE, keys.QUEUE_GROUP)["pending"] == 0
    for key in (keys.task(TASK_ID), keys.events(TASK_ID), keys.dedupe("faq", record.dedupe_key)):
        assert redis.ttl(key) == pytest.approx(31 * 24 * 3600, abs=5)
    assert services.intake.accept("t2", a_request(), NOON, 100) == Accepted(TASK_ID, True)


def test_only_who_holds_the_task_parks_it_and_what_has_ended_stays(
    services: Services, lease: Lease
) -> None:
    assert park(services, Lease("two", lease.item_id)) is Parking.LOST
    assert record_of(services).status == "queued"
    services.outcomes.settle(task_of(services), lease, declined("no"), NOON)
    services.task_queue.add(TASK_ID)
    assert park(services, take(services)) is Parking.ALREADY
    assert record_of(services).status == "declined"
    assert services.waiting.count() == services.task_queue.backlog() == 0


def test_it_is_looked_at_once_as_somebody_may_have_decided_just_before(
    services: Services, lease: Lease
) -> None:
    park(services, lease)
    assert services.waiting.due(NOON, 100).hinted == {TASK_ID}
    assert services.waiting.due(NOON, 100).hinted == frozenset()


def test_it_goes_on_once_with_a_deadline_of_its_own(services: Services, lease: Lease) -> None:
    park(services, lease)
    later = NOON + DAY
    assert [services.waiting.wake(TASK_ID, later) for _ in range(2)] == [True, False]
    assert services.task_queue.backlog() == 1
    task, record = task_of(services), record_of(services)
    assert (record.status, record.waits) == ("queued", ((NOON, later),))
    assert (task.accepted_at, task.deadline_at) == (NOON, later + timedelta(minutes=10))
    assert task.waits == 1
    assert services.waiting.count() == 0


def test_parked_again_it_expires_when_it_did_before(services: Services, lease: Lease) -> None:
    park(services, lease)
    services.waiting.wake(TASK_ID, NOON + DAY)
    park(services, take(services), NOON + 2 * DAY)
    record = record_of(services)
    assert record.expires_at == NOON + 30 * DAY
    assert record.waits == ((NOON, NOON + DAY), (NOON + 2 * DAY, None))
    assert services.waiting.due(NOON + 30 * DAY, 100).expired == {TASK_ID}
    assert services.waiting.due(NOON + 29 * DAY, 100).expired == frozenset()


def test_it_can_be_approved_and_cancelled_while_it_waits(services: Services, lease: Lease) -> None:
    assert services.waiting.approve("t9", "ada", NOON) is Approval.UNKNOWN
    assert services.waiting.approve(TASK_ID, "ada", NOON) is Approval.RUNNING
    park(services, lease)
    services.waiting.due(NOON, 100)
    for _ in range(2):  # once or twice, it is the first who has
        assert services.waiting.approve(TASK_ID, "ada", NOON) is Approval.APPROVED
    services.waiting.approve(TASK_ID, "bob", NOON)
    assert record_of(services).approved_by == "ada"
    assert services.waiting.due(NOON, 100).hinted == {TASK_ID}
    asked = services.tasks.request_cancellation(TASK_ID, NOON)
    assert asked is Cancellation.REQUESTED
    assert services.waiting.due(NOON, 100).hinted == {TASK_ID}
    assert record_of(services).cancel_requested_at == NOON


def test_its_events_tell_all_of_it(services: Services, lease: Lease, redis: Redis) -> None:
    park(services, lease)
    read = Events(redis).since(TASK_ID)
    assert read.ended  # nobody listens for days
    services.waiting.approve(TASK_ID, "ada", NOON)
    services.waiting.wake(TASK_ID, NOON)
    read = Events(redis).since(TASK_ID)
    kinds = [str(event.kind) for event in read.events]
    assert kinds == ["queued", "waiting", "approved", "goes_on"]
    assert not read.ended


def test_two_hundred_parked_tasks_leave_the_queue_empty(services: Services, redis: Redis) -> None:
    services.task_queue.create_group()
    for number in range(200):
        services.intake.accept(f"t{number}", a_request(f"What is {number}?"), NOON, 1000)
        lease = take(services)
        services.waiting.park(task_of(services, f"t{number}"), lease, REVIEW, NOON)
    assert services.waiting.count() == len(services.waiting.all()) == 200
    assert services.task_queue.backlog() == 0
    hinted = services.waiting.due(NOON, 100).hinted | services.waiting.due(NOON, 100).hinted
    assert len(hinted) == 200
    assert len(services.waiting.read(sorted(hinted))) == 200


def test_how_long_a_person_took_is_a_number_of_its_own(
    services: Services, lease: Lease, redis: Redis
) -> None:
    park(services, lease)
    services.waiting.wake(TASK_ID, NOON + DAY)
    merge = Merge("f" * 40, NOON + DAY + timedelta(seconds=9))
    settled_at = merge.merged_at + timedelta(seconds=1)
    outcome = done(merge, "http://127.0.0.1/faq#entry")
    services.outcomes.settle(task_of(services), take(services), outcome, settled_at)
    record = record_of(services)
    assert (record.status, record.tte_ms, record.waiting_for) == ("done", None, None)
    report = services.reports.report([settled_at.date()])
    assert (report.total.success, report.total.tte.count) == (1, 0)
    assert (report.waited.count, report.waited.p50) == (1, 24 * 3600 * 1000)
    assert services.metrics.ever()["waited-ms"] == 24 * 3600 * 1000
    success = {slo.slo.name: slo.counted for slo in services.reports.slo_statuses(settled_at)}
    assert success["success-rate"].good == 1
    assert success["tte-p95"].total == 0


def test_a_rejected_suggestion_takes_the_level_of_its_kind(
    services: Services, lease: Lease
) -> None:
    park(services, lease)
    services.waiting.wake(TASK_ID, NOON)
    services.outcomes.settle(task_of(services), take(services), declined(REJECTED), NOON)
    _, standing = services.autonomy.of("faq", "")
    assert (standing.harms, standing.harm, standing.level) == (1, Harm.REJECTED, "suggest")
