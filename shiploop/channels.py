"""The channels by which people are told, each with a queue of its own: none waits for another."""

import logging
import ssl
from dataclasses import dataclass
from typing import Protocol

import httpx
from redis import Redis

from shiploop.clients.mail import Mail, read_server
from shiploop.clients.slack import Slack
from shiploop.settings import Settings
from shiploop.stores import keys
from shiploop.stores.queue import Queue

log = logging.getLogger(__name__)


class Speaker(Protocol):
    """Says a text to people. Raises ChannelUnavailable and ChannelRefused."""

    @property
    def name(self) -> str:
        """How people call it."""

    def say(self, text: str) -> None:
        """Say it now."""


class LogOnly:
    """Where nobody is reachable otherwise."""

    name = "the log"

    def say(self, text: str) -> None:
        """Say it to whoever reads the log."""
        log.warning("notice, said here only as neither Slack nor e-mail is set up: %s", text)


@dataclass(frozen=True, slots=True)
class Channel:
    """What is waiting to be said, and who says it."""

    queue: Queue
    speaker: Speaker


def open_channels(
    settings: Settings, http: httpx.Client, tls: ssl.SSLContext, redis: Redis, blocking: Redis
) -> tuple[Channel, ...]:
    """Every channel that is set up, else the log. Connects to nothing yet."""

    def channel(stream: str, speaker: Speaker) -> Channel:
        return Channel(Queue(redis, blocking, stream, "notice_id"), speaker)

    found = []
    if settings.slack_webhook_url is not None:
        url = settings.slack_webhook_url.get_secret_value()
        found.append(channel(keys.NOTICE_QUEUE, Slack(http, url)))
    if (mail := set_up_mail(settings, tls)) is not None:
        found.append(channel(keys.MAIL_QUEUE, mail))
    return tuple(found) or (channel(keys.NOTICE_QUEUE, LogOnly()),)


def set_up_mail(settings: Settings, tls: ssl.SSLContext) -> Mail | None:
    """E-mail as it is set, None where it is not."""
    if settings.smtp_url is None or settings.mail_from is None:
        return None
    password = settings.smtp_password.get_secret_value() if settings.smtp_password else None
    server = read_server(settings.smtp_url, settings.smtp_user, password)
    return Mail(server, settings.mail_from, settings.mail_to, tls)
