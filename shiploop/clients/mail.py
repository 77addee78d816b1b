"""E-mail: says something to those who are to be told, by one SMTP server.

Sources: https://www.rfc-editor.org/rfc/rfc5321, https://www.rfc-editor.org/rfc/rfc3207 (STARTTLS)
and https://www.rfc-editor.org/rfc/rfc3834 (what a program sends says so)
"""

import logging
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import localtime, make_msgid
from enum import Enum, auto
from ipaddress import ip_address
from urllib.parse import urlsplit

from shiploop.errors import MailRefused, MailUnavailable

_TIMEOUT_S = 10.0  # of each step
_DEADLINE_S = 30.0  # of all of them, however slowly the server answers
_LONGEST_SUBJECT = 150
_LONGEST_TEXT = 20_000
_CUT = " […]"
_READY = 220
_PERMANENT = range(500, 600)  # RFC 5321, 4.2.1

log = logging.getLogger(__name__)


class Encryption(Enum):
    """How the way to the server is kept from others."""

    TLS = auto()
    STARTTLS = auto()
    NONE = auto()


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where e-mail is handed in, and as whom; without a user nobody is asked for."""

    host: str
    port: int
    encryption: Encryption
    user: str | None = None
    password: str | None = None


def read_server(url: str, user: str | None, password: str | None) -> MailServer:
    """The server at `smtps://host:port` or `smtp://host:port`.

    The latter is told nothing before STARTTLS, but on this machine, where nobody listens in and
    no certificate fits.
    """
    told = urlsplit(url)
    host = told.hostname or ""
    if told.scheme == "smtps":
        return MailServer(host, told.port or 465, Encryption.TLS, user, password)
    encryption = Encryption.NONE if _is_here(host) else Encryption.STARTTLS
    return MailServer(host, told.port or 587, encryption, user, password)


class Mail:
    """One sender and those whom it writes to. No error holds the password."""

    name = "e-mail"

    def __init__(
        self, server: MailServer, sender: str, receivers: tuple[str, ...], tls: ssl.SSLContext
    ) -> None:
        self._server = server
        self._sender = sender
        self._receivers = receivers
        self._tls = tls

    def say(self, text: str) -> None:
        """Send a text, whose first line is the subject. Raises MailUnavailable and MailRefused."""
        message = _message(self._sender, self._receivers, text)
        with self._session() as smtp:
            refused = smtp.send_message(message)
        for address, (code, _said) in refused.items():
            log.error("the mail server refuses %s (%d), and takes it for others", address, code)

    def look(self) -> None:
        """See whether the server takes us; nothing is sent. Raises as `say` does."""
        with self._session():
            pass

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        try:
            with _connected(self._server, self._tls) as smtp:
                if self._server.user is not None:
                    smtp.login(self._server.user, self._server.password or "")
                yield smtp
        except smtplib.SMTPAuthenticationError as error:
            # Without the cause: what the server says may repeat the password.
            raise MailRefused(f"the mail server does not let us in ({error.smtp_code})") from None
        except smtplib.SMTPRecipientsRefused as error:
            codes = {code for code, _said in error.recipients.values()}
            raise _refusal(min(codes), "all receivers") from error
        except smtplib.SMTPSenderRefused as error:
            raise _refusal(error.smtp_code, f"the sender {error.sender}") from error
        except smtplib.SMTPResponseException as error:
            raise _refusal(error.smtp_code, "the e-mail") from error
        except smtplib.SMTPNotSupportedError as error:
            raise MailRefused(f"the mail server cannot do what we need: {error}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise MailUnavailable(f"no e-mail could be sent: {_named(error)}") from error


@contextmanager
def _connected(server: MailServer, tls: ssl.SSLContext) -> Iterator[smtplib.SMTP]:
    smtp = (
        smtplib.SMTP_SSL(timeout=_TIMEOUT_S, context=tls)
        if server.encryption is Encryption.TLS
        else smtplib.SMTP(timeout=_TIMEOUT_S)
    )
    # What TLS verifies: smtplib takes it from its constructor alone, which connects at once, and
    # then nobody could hang up on a server that is endless in greeting us.
    smtp._host = server.host  # type: ignore[attr-defined]
    hang_up = threading.Timer(_DEADLINE_S, _hang_up, [smtp])
    hang_up.daemon = True
    hang_up.start()
    try:
        code, said = smtp.connect(server.host, server.port)
        if code != _READY:
            raise smtplib.SMTPConnectError(code, said)
        if server.encryption is Encryption.STARTTLS:
            smtp.starttls(context=tls)
        yield smtp
        with suppress(smtplib.SMTPException, OSError):
            smtp.quit()  # what was taken is taken, whatever comes of this
    finally:
        hang_up.cancel()
        smtp.close()


def _hang_up(smtp: smtplib.SMTP) -> None:
    if smtp.sock is not None:
        with suppress(OSError):
            smtp.sock.shutdown(socket.SHUT_RDWR)


def _message(sender: str, receivers: tuple[str, ...], text: str) -> EmailMessage:
    if len(text) > _LONGEST_TEXT:
        text = text[: _LONGEST_TEXT - len(_CUT)] + _CUT
    message = EmailMessage()
    message["From"] = Address("shiploop", addr_spec=sender)
    message["To"] = [Address(addr_spec=each) for each in receivers]
    message["Subject"] = _subject(text)
    message["Date"] = localtime()
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, cte="quoted-printable")
    return message


def _subject(text: str) -> str:
    first = next(iter(text.strip().splitlines()), "shiploop")
    line = "".join(letter for letter in first if letter.isprintable())
    return line if len(line) <= _LONGEST_SUBJECT else line[: _LONGEST_SUBJECT - len(_CUT)] + _CUT


def _refusal(code: int, what: str) -> MailUnavailable | MailRefused:
    kind = MailRefused if code in _PERMANENT else MailUnavailable
    return kind(f"the mail server refuses {what} ({code})")


def _named(error: Exception) -> str:
    name = type(error).__name__
    return f"{name}: {error}" if isinstance(error, OSError) else name


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
