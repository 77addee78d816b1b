"""A real SMTP server on this machine, which keeps what it is given."""

import asyncio
import ssl
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope

USER, PASSWORD = "shiploop", "password-of-the-mail-server"


@dataclass(slots=True)
class MailServer:
    """What arrived, and what is refused: codes by address, the next ones first."""

    port: int = 0
    messages: list[EmailMessage] = field(default_factory=list)
    receivers: list[list[str]] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    data_replies: list[str] = field(default_factory=list)
    logins: list[bytes] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's own name
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Take a receiver, unless it is one that is refused."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's own name
        self, _server: Any, _session: Any, envelope: Envelope
    ) -> str:
        """Keep a message, unless another reply is to be given."""
        if self.data_replies:
            return self.data_replies.pop(0)
        content = cast("bytes", envelope.content)
        self.messages.append(message_from_bytes(content, policy=policy.default))
        self.receivers.append(list(envelope.rcpt_tos))
        return "250 OK"

    def authenticate(self, *arguments: Any) -> AuthResult:
        """Let in who has the password."""
        told = arguments[-1]
        self.logins.append(told.login)
        known = (told.login, told.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=known, handled=False)


@contextmanager
def mail_server(
    *,
    tls: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
    asks_for_login: bool = False,
) -> Iterator[MailServer]:
    """Serve on a free port for the length of the block."""
    kept = MailServer()
    loop = asyncio.new_event_loop()

    def session() -> SMTP:
        with warnings.catch_warnings(action="ignore"):  # that it lets us in without TLS
            return SMTP(
                kept,
                loop=loop,
                tls_context=starttls,
                require_starttls=starttls is not None,
                auth_required=asks_for_login,
                auth_require_tls=False,
                authenticator=kept.authenticate,
            )

    server = loop.run_until_complete(loop.create_server(session, "127.0.0.1", 0, ssl=tls))
    kept.port = server.sockets[0].getsockname()[1]
    serving = threading.Thread(target=loop.run_forever)
    serving.start()
    try:
        yield kept
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server), loop).result(timeout=10)
        loop.call_soon_threadsafe(loop.stop)
        serving.join()
        loop.close()


async def _stop(server: asyncio.Server) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
