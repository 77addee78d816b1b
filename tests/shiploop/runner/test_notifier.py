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
from pydantic import SecretStr
from redis import Redis

from shiploop.bootstrap import Services, build
from shiploop.channels import Channel
from shiploop.clients.slack import Slack
from shiploop.errors import SlackUnavailable
from shiploop.runner.notifier import Notifier
from shiploop.runner.worker_pool import WorkerPool
from shiploop.stores import keys
from shiploop.stores.notices import Notices
from shiploop.stores.queue import QueueItem
from tests.loopback import NO_TLS, loopback
from tests.mail_server import MailServer, mail_server
from tests.sandbox_process import SandboxProcess
from tests.scripted_server import Reply, ScriptedServer
from tests.until import wait_until
from tests.world import World

LEASE_S = 0.5


Telling = Callable[[str], Services]


@pytest.fixture
def telling(services: Services) -> Iterator[Telling]:
    """Our services with this webhook."""
    (only,) = services.channels
    only.queue.create_group()
    with httpx.Client(timeout=5, verify=NO_TLS) as http:

        def tell(webhook_url: str) -> Services:
            return replace(services, channels=(Channel(only.queue, Slack(http, webhook_url)),))

        yield tell


@pytest.fixture
def ours(telling: Telling, sandbox: SandboxProcess) -> Services:
    """Our services with the sandbox's Slack, to which nothing was said."""
    sandbox.http.delete(f"{sandbox.url}/_sandbox/slack").raise_for_status()
    return telling(f"{sandbox.url}/services/T000/B000/secret")


@pytest.fixture
def with_mail(ours: Services, redis_url: str, kept: MailServer) -> Services:
    """The same with e-mail beside it."""
    settings = ours.settings.model_copy(
        update={
            "slack_webhook_url": SecretStr("https://hooks.slack.com/services/T/B/secret"),
            "smtp_url": f"smtp://127.0.0.1:{kept.port}",
            "mail_from": "shiploop@example.com",
            "mail_to": ("oncall@example.com",),
        }
    )
    built = build(settings)
    slack, mail = built.channels
    for channel in built.channels:
        channel.queue.create_group()
    return replace(built, channels=(replace(slack, speaker=ours.channels[0].speaker), mail))


@pytest.fixture
def kept() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@contextmanager
def delivering(services: Services) -> Iterator[None]:
    """Let a runner's pools say notices for the length of the block."""
    pools = [
        WorkerPool(
            channel.queue, "this-runner", 1, LEASE_S, Notifier(services.notices, channel).deliver
        )
        for channel in services.channels
    ]
    stopping = threading.Event()
    taking = [threading.Thread(target=pool.take_until, args=[stopping]) for pool in pools]
    for pool in pools:
        threading.Thread(target=pool.keep_leases, args=[stopping], daemon=True).start()
    for thread in taking:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        for thread in taking:
            thread.join(timeout=10)
        for pool in pools:
            pool.finish(time.monotonic() + 10)


def deliver(services: Services, item: QueueItem, deliveries: int = 1) -> None:
    """Deliver as the runner of the first channel does."""
    Notifier(services.notices, services.channels[0]).deliver(item, deliveries)


def backlog(services: Services) -> int:
    return services.channels[0].queue.backlog()


def said(sandbox: SandboxProcess) -> list[str]:
    answer = sandbox.http.get(f"{sandbox.url}/_sandbox/slack").raise_for_status()
    return [message["text"] for message in answer.json()]


def taken(services: Services) -> QueueItem:
    """The next notice, as a runner holds it."""
    (item,) = services.channels[0].queue.take("this-runner", 1, 50)
    return item


def test_notices_are_said_in_their_order_and_then_off_the_queue(
    ours: Services, sandbox: SandboxProcess
) -> None:
    for number in range(5):
        ours.notices.post(f"n{number}", f"notice {number}")
    with delivering(ours):
        wait_until(lambda: backlog(ours) == 0)
    assert said(sandbox) == [f"notice {number}" for number in range(5)]


def test_what_slack_does_not_take_now_it_is_told_once_it_is_back(
    ours: Services, sandbox: SandboxProcess
) -> None:
    sandbox.set_faults(slack_down=2)
    ours.notices.post("begun", "a rollback begins")
    ours.notices.post("ended", "a rollback has ended")
    with delivering(ours):
        wait_until(lambda: backlog(ours) == 0, timeout_s=20)
    assert said(sandbox) == ["a rollback begins", "a rollback has ended"]


def test_a_notice_that_a_dead_runner_held_is_said_by_the_next(
    ours: Services, sandbox: SandboxProcess
) -> None:
    ours.notices.post("n1", "held by the dead")
    assert ours.channels[0].queue.take("dead-runner", 1, 50)
    with delivering(ours):
        wait_until(lambda: backlog(ours) == 0)
    assert said(sandbox) == ["held by the dead"]


def test_a_notice_is_tried_however_often_it_was_delivered(
    ours: Services, sandbox: SandboxProcess
) -> None:
    ours.notices.post("n1", "at last")
    deliver(ours, taken(ours), 1000)
    assert said(sandbox) == ["at last"]


def test_a_slack_that_is_away_leaves_the_notice_on_the_queue(
    ours: Services, sandbox: SandboxProcess
) -> None:
    sandbox.set_faults(slack_down=1)
    ours.notices.post("n1", "later")
    with pytest.raises(SlackUnavailable):
        deliver(ours, taken(ours))
    assert backlog(ours) == 1


def test_slack_is_left_alone_for_as_long_as_it_asks(
    telling: Telling, scripted: ScriptedServer
) -> None:
    ours = telling(f"{scripted.url}/services/T/B/secret")
    scripted.replies.append(Reply(429, "rate_limited", {"Retry-After": "1"}))
    ours.notices.post("n1", "later")
    item = taken(ours)
    began_at = time.monotonic()
    with pytest.raises(SlackUnavailable):
        deliver(ours, item)
    assert time.monotonic() - began_at >= 1.0


def test_without_a_webhook_a_notice_is_only_logged(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    services.channels[0].queue.create_group()
    services.notices.post("n1", "the rollback of abc has ended")
    with caplog.at_level(logging.INFO):
        deliver(services, taken(services))
    assert "the rollback of abc has ended" in caplog.text
    assert backlog(services) == 0


def test_a_webhook_that_is_no_good_is_an_error_in_the_log_and_holds_up_nothing(
    telling: Telling, scripted: ScriptedServer, caplog: pytest.LogCaptureFixture
) -> None:
    ours = telling(f"{scripted.url}/services/T/B/canary")
    scripted.replies.extend([Reply(404, "no_service"), Reply(200, "ok")])
    for number in (1, 2):
        ours.notices.post(f"n{number}", f"notice {number}")
    with caplog.at_level(logging.INFO, logger="shiploop"), delivering(ours):
        wait_until(lambda: backlog(ours) == 0)
    (record,) = (one for one in caplog.records if one.levelno == logging.ERROR)
    assert "no_service" in record.getMessage()
    assert "notice 1" in record.getMessage()
    assert len(scripted.requests) == 2


def test_a_notice_whose_text_has_expired_is_an_error_in_the_log(
    ours: Services, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    ours.notices.post("n1", "gone")
    redis.delete(keys.notice("n1"))
    deliver(ours, taken(ours))
    assert "n1" in caplog.text
    assert backlog(ours) == 0


def test_each_channel_is_told_by_itself(
    with_mail: Services, sandbox: SandboxProcess, kept: MailServer
) -> None:
    slack, mail = with_mail.channels
    sandbox.set_faults(slack_down=1000)
    with_mail.notices.post("begun", "a rollback begins")
    with delivering(with_mail):
        wait_until(lambda: mail.queue.backlog() == 0)
        assert slack.queue.backlog() == 1
        assert [message["subject"] for message in kept.messages] == ["a rollback begins"]
        sandbox.reset()
        wait_until(lambda: slack.queue.backlog() == 0, timeout_s=20)
    assert said(sandbox) == ["a rollback begins"]
    assert len(kept.messages) == 1


def test_a_mail_server_that_is_away_keeps_slack_from_nothing(
    with_mail: Services, sandbox: SandboxProcess, kept: MailServer
) -> None:
    slack, mail = with_mail.channels
    kept.data_replies.extend(["451 later"] * 2)
    with_mail.notices.post("n1", "one")
    with_mail.notices.post("n2", "two")
    with delivering(with_mail):
        wait_until(lambda: slack.queue.backlog() == 0)
        wait_until(lambda: mail.queue.backlog() == 0, timeout_s=20)
    assert said(sandbox) == ["one", "two"]
    assert [message["subject"] for message in kept.messages] == ["one", "two"]


def test_a_mail_server_that_refuses_us_is_an_error_in_the_log_and_holds_up_nothing(
    with_mail: Services, kept: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    mail = with_mail.channels[1]
    kept.refused["oncall@example.com"] = "550 no such user"
    with_mail.notices.post("n1", "the text of the notice")
    with caplog.at_level(logging.INFO, logger="shiploop"), delivering(with_mail):
        wait_until(lambda: mail.queue.backlog() == 0)
    assert "e-mail refuses" in caplog.text
    assert "the text of the notice" in caplog.text


@pytest.mark.xdist_group("patient-world")
def test_the_runner_of_a_stack_says_a_notice_in_the_sandboxs_slack(world: World) -> None:
    text = f"notice {uuid.uuid4()}"
    with Redis.from_url(world.addresses.redis) as redis:
        notices = Notices(redis, [keys.NOTICE_QUEUE])
        with world.fault("slack_down", times=1):
            assert notices.post(text, text)
            url = f"{world.addresses.github}/_sandbox/slack"
            wait_until(lambda: text in [message["text"] for message in loopback.get(url).json()])
        assert not notices.post(text, text)
