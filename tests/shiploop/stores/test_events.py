"""A task's events on a real Valkey: each change is told once, together with the change."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from shiploop.bootstrap import Services
from shiploop.domain.delivery.task import FailureKind, Merge, Outcome, Stage, declined, done, failed
from shiploop.stores import keys
from shiploop.stores.events import EventFeed, Events, TaskEvent
from shiploop.stores.tasks import Lease
from tests.builders import NOON, TASK_ID, a_question, a_request

LATER = NOON + timedelta(seconds=2)
DONE = done(Merge("f" * 40, NOON + timedelta(milliseconds=1234)), "http://127.0.0.1/faq#entry")


@pytest.fixture
def events(redis: Redis) -> Events:
    return Events(redis)


@pytest.fixture
def lease(services: Services) -> Lease:
    """A task that was accepted, and is held."""
    services.task_queue.create_group()
    services.intake.accept(TASK_ID, a_request(), NOON, 100)
    (item,) = services.task_queue.take("one", 1, 50)
    return Lease("one", item.item_id)


def settle(services: Services, lease: Lease, outcome: Outcome) -> None:
    run = services.tasks.load(TASK_ID)
    assert run is not None
    services.outcomes.settle(run, lease, outcome, LATER)


def told(events: Events) -> list[tuple[str, dict[str, str]]]:
    return [(str(event.kind), event.changes) for event in events.since(TASK_ID).events]


@pytest.mark.usefixtures("lease")
def test_an_accepted_question_is_the_first_event(events: Events) -> None:
    (event,) = events.since(TASK_ID).events
    assert event == TaskEvent(
        event.event_id, event.kind, NOON, {"status": "queued", "question": a_question().text}
    )
    assert event.kind == "queued"


@pytest.mark.usefixtures("lease")
def test_what_an_agent_notes_is_never_taken_for_the_events_own(
    services: Services, events: Events
) -> None:
    services.tasks.note(TASK_ID, LATER, kind="an agent's word", at="never")
    event = events.since(TASK_ID).events[-1]
    assert (event.kind, event.at, event.changes) == ("noted", LATER, {})


def test_a_duplicate_and_a_full_queue_tell_nothing(services: Services, redis: Redis) -> None:
    services.intake.accept("t1", a_request("How?"), NOON, 1)
    services.intake.accept("t2", a_request("How?"), NOON, 1)
    services.intake.accept("t3", a_request("Why?"), NOON, 1)
    assert list(redis.scan_iter(match=keys.events("*"))) == [keys.events("t1")]


def test_the_road_is_told_in_its_order(services: Services, lease: Lease, events: Events) -> None:
    services.tasks.start(TASK_ID, NOON, prefect_run_id="r1")
    services.tasks.enter_stage(TASK_ID, Stage.OPENING, NOON)
    services.tasks.note(TASK_ID, NOON, pr_url="http://127.0.0.1/pull/7", state="open")
    services.tasks.enter_stage(TASK_ID, Stage.CHECKING, LATER)
    settle(services, lease, DONE)
    assert told(events)[1:] == [
        ("running", {"status": "running", "prefect_run_id": "r1"}),
        ("stage", {"stage": "opening"}),
        ("noted", {"pr_url": "http://127.0.0.1/pull/7", "state": "open"}),
        ("stage", {"stage": "checking"}),
        (
            "settled",
            {
                "status": "done",
                "state": "merged",
                "merge_sha": "f" * 40,
                "tte_ms": "1234",
                "entry_url": "http://127.0.0.1/faq#entry",
            },
        ),
    ]
    assert [event.at for event in events.since(TASK_ID).events][-2:] == [LATER, LATER]


@pytest.mark.parametrize(
    ("outcome", "changes"),
    [
        (
            failed(FailureKind.CI_FAILED, "red: faq-gate"),
            {"status": "error", "failure_kind": "ci_failed", "error": "red: faq-gate"},
        ),
        (
            declined("not in the docs"),
            {"status": "declined", "reason": "not in the docs", "closest": "[]"},
        ),
    ],
)
def test_the_last_event_says_how_it_ended(
    services: Services, lease: Lease, events: Events, outcome: Outcome, changes: dict[str, str]
) -> None:
    settle(services, lease, outcome)
    assert told(events)[-1] == ("settled", changes)


@pytest.mark.usefixtures("lease")
def test_what_was_told_already_is_not_told_again(services: Services, events: Events) -> None:
    for at in (NOON, LATER):
        services.tasks.start(TASK_ID, at, prefect_run_id="r1")
        services.tasks.enter_stage(TASK_ID, Stage.OPENING, at)
        services.tasks.note(TASK_ID, at, state="open", ended_at=str(at))
    assert [kind for kind, _ in told(events)] == ["queued", "running", "stage", "noted"]


def test_a_late_writer_tells_nothing(services: Services, lease: Lease, events: Events) -> None:
    settle(services, lease, DONE)
    before = told(events)
    services.tasks.start(TASK_ID, LATER)
    services.tasks.enter_stage(TASK_ID, Stage.MERGING, LATER)
    services.tasks.note(TASK_ID, LATER, state="open")
    services.tasks.request_cancellation(TASK_ID, LATER)
    settle(services, lease, failed(FailureKind.CRASHED, "a late runner"))
    assert told(events) == before


def test_events_after_one_are_read_without_it(
    services: Services, lease: Lease, events: Events
) -> None:
    services.tasks.start(TASK_ID, NOON)
    (first, second) = events.since(TASK_ID).events
    assert events.since(TASK_ID, first.event_id).events == (second,)
    assert events.since(TASK_ID, second.event_id).events == ()
    assert events.since(TASK_ID, second.event_id).ended is False
    settle(services, lease, DONE)
    assert events.since(TASK_ID, second.event_id).ended is True


def test_a_task_that_is_unknown_has_ended(events: Events) -> None:
    assert events.since("unknown").events == ()
    assert events.since("unknown").ended is True


def test_events_live_as_long_as_their_task(services: Services, lease: Lease, redis: Redis) -> None:
    redis.expire(keys.events(TASK_ID), 10)
    settle(services, lease, DONE)
    assert redis.ttl(keys.events(TASK_ID)) == pytest.approx(24 * 3600, abs=5)


def test_a_follower_is_woken_by_its_own_task_only(redis_url: str, services: Services) -> None:
    async def follow(feed: EventFeed) -> None:
        with feed.following("t1") as mine, feed.following("t2") as other:
            await _woken(mine)  # once, when the feed is subscribed
            await _woken(other)
            await asyncio.to_thread(services.intake.accept, "t1", a_request(), NOON, 100)
            await _woken(mine)
            assert not other.is_set()

    asyncio.run(_with_feed(redis_url, follow))


def test_all_followers_are_woken_when_the_connection_was_lost(
    redis_url: str, redis: Redis, services: Services
) -> None:
    async def follow(feed: EventFeed) -> None:
        with feed.following("t1") as changed:
            await _woken(changed)
            redis.client_kill_filter(_type="pubsub")
            await _woken(changed)
            await asyncio.to_thread(services.intake.accept, "t1", a_request(), NOON, 100)
            await _woken(changed)

    asyncio.run(_with_feed(redis_url, follow))


async def _with_feed(redis_url: str, follow: Callable[[EventFeed], Awaitable[None]]) -> None:
    async with AsyncRedis.from_url(redis_url, decode_responses=True) as redis:
        feed = EventFeed(redis)
        listening = asyncio.create_task(feed.listen())
        try:
            await follow(feed)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


async def _woken(changed: asyncio.Event) -> None:
    async with asyncio.timeout(5):
        await changed.wait()
    changed.clear()
