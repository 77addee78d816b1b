"""The worker pool of notices against a Slack: everything is said, later rather than never."""

import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest
from redis import Redis

from shiploop.bootstrap import Services
from shiploop.clients.slack import Slack
from shiploop.errors import SlackUnavailable
from shiploop.runner.notifier import Notifier
from shiploop.runner.worker_pool import WorkerPool
from shiploop.stores import keys
from shiploop.stores.notices import Notices
from shiploop.stores.queue import QueueItem
from tests.loopback import NO_TLS, loopback
from tests.sandbox_process import SandboxProcess
from tests.scripted_server import Reply, ScriptedServer
from tests.until import wait_until
from tests.world import World

LEASE_S = 0.5


Telling = Callable[[str], Services]


@pytest.fixture
def telling(services: Services) -> Iterator[Telling]:
    """Our services with this webhook."""
    services.notice_queue.create_group()
    with httpx.Client(timeout=5, verify=NO_TLS) as http:
        yield lambda webhook_url: replace(services, slack=Slack(http, webhook_url))


@pytest.fixture
def ours(telling: Telling, sandbox: SandboxProcess) -> Services:
    """Our services with the sandbox's Slack, to which nothing was said."""
    sandbox.http.delete(f"{sandbox.url}/_sandbox/slack").raise_for_status()
    return telling(f"{sandbox.url}/services/T000/B000/secret")


@contextmanager
def delivering(services: Services) -> Iterator[None]:
    """Let a runner's pool say notices for the length of the block."""
    work = Notifier(services).deliver
    pool = WorkerPool(services.notice_queue, "this-runner", 1, LEASE_S, work)
    stopping = threading.Event()
    taking = threading.Thread(target=pool.take_until, args=[stopping])
    threading.Thread(target=pool.keep_leases, args=[stopping], daemon=True).start()
    taking.start()
    try:
        yield
    finally:
        stopping.set()
        taking.join(timeout=10)
        pool.finish(time.monotonic() + 10)


def said(sandbox: SandboxProcess) -> list[str]:
    answer = sandbox.http.get(f"{sandbox.url}/_sandbox/slack").raise_for_status()
    return [message["text"] for message in answer.json()]


def taken(services: Services) -> QueueItem:
    """The next notice, as a runner holds it."""
    (item,) = services.notice_queue.take("this-runner", 1, 50)
    return item


def test_notices_are_said_in_their_order_and_then_off_the_queue(
    ours: Services, sandbox: SandboxProcess
) -> None:
    for number in range(5):
        ours.notices.post(f"n{number}", f"notice {number}")
    with delivering(ours):
        wait_until(lambda: ours.notice_queue.backlog() == 0)
    assert said(sandbox) == [f"notice {number}" for number in range(5)]


def test_what_slack_does_not_take_now_it_is_told_once_it_is_back(
    ours: Services, sandbox: SandboxProcess
) -> None:
    sandbox.set_faults(slack_down=2)
    ours.notices.post("begun", "a rollback begins")
    ours.notices.post("ended", "a rollback has ended")
    with delivering(ours):
        wait_until(lambda: ours.notice_queue.backlog() == 0, timeout_s=20)
    assert said(sandbox) == ["a rollback begins", "a rollback has ended"]


def test_a_notice_that_a_dead_runner_held_is_said_by_the_next(
    ours: Services, sandbox: SandboxProcess
) -> None:
    ours.notices.post("n1", "held by the dead")
    assert ours.notice_queue.take("dead-runner", 1, 50)
    with delivering(ours):
        wait_until(lambda: ours.notice_queue.backlog() == 0)
    assert said(sandbox) == ["held by the dead"]


def test_a_notice_is_tried_however_often_it_was_delivered(
    ours: Services, sandbox: SandboxProcess
) -> None:
    ours.notices.post("n1", "at last")
    Notifier(ours).deliver(taken(ours), 1000)
    assert said(sandbox) == ["at last"]


def test_a_slack_that_is_away_leaves_the_notice_on_the_queue(
    ours: Services, sandbox: SandboxProcess
) -> None:
    sandbox.set_faults(slack_down=1)
    ours.notices.post("n1", "later")
    with pytest.raises(SlackUnavailable):
        Notifier(ours).deliver(taken(ours), 1)
    assert ours.notice_queue.backlog() == 1


def test_slack_is_left_alone_for_as_long_as_it_asks(
    telling: Telling, scripted: ScriptedServer
) -> None:
    ours = telling(f"{scripted.url}/services/T/B/secret")
    scripted.replies.append(Reply(429, "rate_limited", {"Retry-After": "1"}))
    ours.notices.post("n1", "later")
    item = taken(ours)
    began_at = time.monotonic()
    with pytest.raises(SlackUnavailable):
        Notifier(ours).deliver(item, 1)
    assert time.monotonic() - began_at >= 1.0


def test_without_a_webhook_a_notice_is_only_logged(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    services.notice_queue.create_group()
    services.notices.post("n1", "the rollback of abc has ended")
    with caplog.at_level(logging.INFO):
        Notifier(services).deliver(taken(services), 1)
    assert "the rollback of abc has ended" in caplog.text
    assert services.notice_queue.backlog() == 0


def test_a_webhook_that_is_no_good_is_an_error_in_the_log_and_holds_up_nothing(
    telling: Telling, scripted: ScriptedServer, caplog: pytest.LogCaptureFixture
) -> None:
    ours = telling(f"{scripted.url}/services/T/B/canary")
    scripted.replies.extend([Reply(404, "no_service"), Reply(200, "ok")])
    for number in (1, 2):
        ours.notices.post(f"n{number}", f"notice {number}")
    with caplog.at_level(logging.INFO, logger="shiploop"), delivering(ours):
        wait_until(lambda: ours.notice_queue.backlog() == 0)
    (record,) = (one for one in caplog.records if one.levelno == logging.ERROR)
    assert "no_service" in record.getMessage()
    assert "notice 1" in record.getMessage()
    assert len(scripted.requests) == 2


def test_a_notice_whose_text_has_expired_is_an_error_in_the_log(
    ours: Services, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    ours.notices.post("n1", "gone")
    redis.delete(keys.notice("n1"))
    Notifier(ours).deliver(taken(ours), 1)
    assert "n1" in caplog.text
    assert ours.notice_queue.backlog() == 0


@pytest.mark.xdist_group("patient-world")
def test_the_runner_of_a_stack_says_a_notice_in_the_sandboxs_slack(world: World) -> None:
    text = f"notice {uuid.uuid4()}"
    with Redis.from_url(world.addresses.redis) as redis:
        notices = Notices(redis)
        with world.fault("slack_down", times=1):
            assert notices.post(text, text)
            url = f"{world.addresses.github}/_sandbox/slack"
            wait_until(lambda: text in [message["text"] for message in loopback.get(url).json()])
        assert not notices.post(text, text)
