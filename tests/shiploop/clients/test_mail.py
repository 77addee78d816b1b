"""E-mail over a real SMTP server: what is sent, how it is kept secret, and what is refused."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.clients import mail as mail_module
from shiploop.clients.mail import Encryption, Mail, MailServer, read_server
from shiploop.errors import MailRefused, MailUnavailable
from shiploop.stack.addresses import free_port
from tests.mail_server import PASSWORD, USER, mail_server
from tests.mail_server import MailServer as Kept

SENDER, ONCALL, OTHER = "shiploop@example.com", "oncall@example.com", "boss@example.com"


@pytest.fixture(scope="module")
def plain() -> Iterator[Kept]:
    with mail_server() as server:
        yield server


@pytest.fixture
def kept(plain: Kept) -> Kept:
    """A server without encryption that was told nothing yet, and refuses nothing."""
    for each in (plain.messages, plain.receivers, plain.refused, plain.data_replies):
        each.clear()
    return plain


def mail_at(
    port: int,
    encryption: Encryption = Encryption.NONE,
    tls: ssl.SSLContext | None = None,
    user: str | None = None,
    password: str | None = None,
) -> Mail:
    server = MailServer("localhost", port, encryption, user, password)
    return Mail(server, SENDER, (ONCALL, OTHER), tls or ssl.create_default_context())


def test_what_is_said_arrives_whole_with_its_first_line_as_the_subject(kept: Kept) -> None:
    text = "🚨 Production incident: the site is down\nNothing was rolled back.\nhttps://x/1\n"
    mail_at(kept.port).say(text)
    (message,) = kept.messages
    assert message["subject"] == "🚨 Production incident: the site is down"
    assert (message["from"], message["to"]) == (f"shiploop <{SENDER}>", f"{ONCALL}, {OTHER}")
    assert message["auto-submitted"] == "auto-generated"
    assert message["date"]
    assert message["message-id"].endswith("@example.com>")
    assert message.get_content().splitlines() == text.splitlines()
    assert kept.receivers == [[ONCALL, OTHER]]


@given(st.text(max_size=400))
def test_no_text_writes_a_header_or_ends_the_message(plain: Kept, text: str) -> None:
    plain.messages.clear()
    plain.refused.clear()
    mail_at(plain.port).say(f"{text}\r\nBcc: eve@example.com\r\n.\r\nQUIT\r\n")
    (message,) = plain.messages
    assert set(message.keys()) >= {"From", "To", "Subject", "Date", "Message-ID"}
    assert "bcc" not in {name.lower() for name in message}
    assert "Bcc: eve@example.com" in message.get_content()
    assert plain.receivers[-1] == [ONCALL, OTHER]


def test_a_long_text_is_cut(kept: Kept) -> None:
    mail_at(kept.port).say("a" * 100_000)
    (message,) = kept.messages
    assert len(message["subject"]) == 150
    assert len(message.get_content().strip()) == 20_000


def test_one_receiver_that_is_refused_keeps_it_from_no_other(
    kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    kept.refused[OTHER] = "550 no such user"
    mail_at(kept.port).say("hello")
    assert kept.receivers == [[ONCALL]]
    assert f"{OTHER} (550)" in caplog.text


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        ("451 try again later", MailUnavailable),
        ("552 too large", MailRefused),
        ("554 spam", MailRefused),
    ],
)
def test_what_may_pass_is_told_from_what_will_not(
    kept: Kept, reply: str, error: type[Exception]
) -> None:
    kept.data_replies.append(reply)
    with pytest.raises(error, match=reply[:3]):
        mail_at(kept.port).say("hello")
    for address in (ONCALL, OTHER):
        kept.refused[address] = reply
    with pytest.raises(error, match=f"all receivers .{reply[:3]}"):
        mail_at(kept.port).say("hello")


@pytest.mark.parametrize("encryption", [Encryption.TLS, Encryption.STARTTLS])
def test_the_way_is_encrypted_and_the_servers_name_is_verified(
    theirs: ssl.SSLContext, trusting: ssl.SSLContext, encryption: Encryption
) -> None:
    at_once, later = (theirs, None) if encryption is Encryption.TLS else (None, theirs)
    with mail_server(tls=at_once, starttls=later, asks_for_login=True) as server:
        mail_at(server.port, encryption, trusting, USER, PASSWORD).say("hello")
        assert len(server.messages) == 1
        with pytest.raises(MailUnavailable, match="certificate"):
            mail_at(server.port, encryption, None, USER, PASSWORD).say("hello")
        other_name = MailServer("127.0.0.1", server.port, encryption, USER, PASSWORD)
        with pytest.raises(MailUnavailable, match="certificate"):
            Mail(other_name, SENDER, (ONCALL,), trusting).say("hello")
        assert server.logins == [USER.encode()]
    assert len(server.messages) == 1


def test_a_server_without_starttls_is_told_nothing(kept: Kept) -> None:
    with pytest.raises(MailRefused, match="STARTTLS"):
        mail_at(kept.port, Encryption.STARTTLS, None, USER, PASSWORD).say("hello")
    assert (kept.logins, kept.messages) == ([], [])


def test_a_wrong_password_is_refused_and_told_to_nobody() -> None:
    with mail_server(asks_for_login=True) as server:
        with pytest.raises(MailRefused, match="535") as failed:
            mail_at(server.port, user=USER, password="not-the-password").look()
        assert "not-the-password" not in f"{failed.value!r} {failed.value.__cause__!r}"
        mail_at(server.port, user=USER, password=PASSWORD).look()
        assert server.messages == []


def test_a_look_sends_nothing(kept: Kept) -> None:
    mail_at(kept.port).look()
    assert kept.messages == []


def test_nobody_there_is_unavailable() -> None:
    with pytest.raises(MailUnavailable, match="ConnectionRefusedError"):
        mail_at(free_port()).say("hello")


@contextmanager
def answering(*lines: bytes, every_s: float = 0.0) -> Iterator[int]:
    """A server that says these things, whatever it is told, and then listens; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with listener.accept()[0] as connection:
                try:
                    for line in lines:
                        connection.sendall(line)
                        time.sleep(every_s)
                    while connection.recv(1024):
                        pass
                except OSError:
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        yield int(listener.getsockname()[1])
        thread.join()


@pytest.mark.parametrize(
    ("greeting", "error"),
    [
        (b"421 busy\r\n", MailUnavailable),
        (b"554 no\r\n", MailRefused),
        (b"\xff\r\n", MailUnavailable),
    ],
)
def test_a_server_that_does_not_greet_us_is_told_apart(
    greeting: bytes, error: type[Exception]
) -> None:
    with answering(greeting) as port, pytest.raises(error):
        mail_at(port).say("hello")


def test_a_server_that_greets_us_without_end_is_hung_up_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mail_module, "_DEADLINE_S", 0.5)
    began_at = time.monotonic()
    with answering(*[b"220-"] * 10_000, every_s=0.01) as port, pytest.raises(MailUnavailable):
        mail_at(port).say("hello")
    assert time.monotonic() - began_at < 5


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtps://mail.example.com", ("mail.example.com", 465, Encryption.TLS)),
        ("smtps://127.0.0.1:4650", ("127.0.0.1", 4650, Encryption.TLS)),
        ("smtp://mail.example.com", ("mail.example.com", 587, Encryption.STARTTLS)),
        ("smtp://mail.example.com:25/", ("mail.example.com", 25, Encryption.STARTTLS)),
        ("smtp://10.0.0.7:25", ("10.0.0.7", 25, Encryption.STARTTLS)),
        ("smtp://localhost.example.com", ("localhost.example.com", 587, Encryption.STARTTLS)),
        ("smtp://localhost:25", ("localhost", 25, Encryption.NONE)),
        ("smtp://127.0.0.1:1025", ("127.0.0.1", 1025, Encryption.NONE)),
        ("smtp://[::1]:25", ("::1", 25, Encryption.NONE)),
    ],
)
def test_only_on_this_machine_is_anything_told_in_the_open(
    url: str, server: tuple[str, int, Encryption]
) -> None:
    read = read_server(url, "u", "p")
    assert (read.host, read.port, read.encryption) == server
    assert (read.user, read.password) == ("u", "p")
