"""How an address is asked: as long as it may take, as much as is read, and what is told to whom."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx
import pytest

from shiploop.clients.asking import Request, ask
from shiploop.domain.limits import MAX_SITE_PAGE_CHARACTERS
from shiploop.domain.production.probe_definition import Method
from shiploop.errors import SiteSlow, SiteUnavailable
from tests.loopback import NO_TLS
from tests.scripted_server import Reply, ScriptedServer, scripted_server

SECRET = {"x-bypass": "the-word"}


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(verify=NO_TLS) as client:
        yield client


@contextmanager
def endless(opening: bytes, chunk: bytes, pause_s: float) -> Iterator[str]:
    """The address of somebody who never ends his answer."""

    def serve(listener: socket.socket) -> None:
        with suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(b"HTTP/1.1 200 OK\r\n" + opening + b"\r\n")
                while not over.wait(pause_s):
                    connection.sendall(chunk)

    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=[listener], daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            over.set()


def request(url: str, timeout_s: float = 5.0, method: Method = Method.GET) -> Request:
    return Request("the site", httpx.URL(url), timeout_s, SECRET, method)


def test_who_sends_on_and_on_is_slow_after_its_time(http: httpx.Client) -> None:
    with endless(b"", b"x", pause_s=0.02) as url:
        began = time.monotonic()
        with pytest.raises(SiteSlow, match="the site did not serve / in time"):
            ask(http, request(url, timeout_s=0.3))
        assert time.monotonic() - began < 2


def test_no_more_is_read_than_is_looked_at(http: httpx.Client) -> None:
    with endless(b"", b"x" * 4_000_000, pause_s=0.001) as url:
        assert len(ask(http, request(url)).text) == MAX_SITE_PAGE_CHARACTERS


@pytest.mark.parametrize("method", list(Method))
def test_an_address_is_asked_by_its_method(
    http: httpx.Client, scripted: ScriptedServer, method: Method
) -> None:
    scripted.replies.append(Reply(200, "well"))
    answer = ask(http, request(f"{scripted.url}/a", method=method))
    assert (answer.status, answer.text) == (200, "" if method is Method.HEAD else "well")
    assert scripted.requests[0].startswith(f"{method} /a?shiploop=")


@pytest.mark.parametrize(
    ("kind", "is_html"),
    [
        ("text/html; charset=utf-8", True),
        ("Application/XHTML+XML", True),
        ("text/plain", False),
        ("", False),
    ],
)
def test_what_is_html_is_known_by_its_kind(
    http: httpx.Client, scripted: ScriptedServer, kind: str, is_html: bool
) -> None:
    scripted.replies.append(Reply(200, "\ufeff<p>", {"content-type": kind} if kind else {}))
    answer = ask(http, request(scripted.url))
    assert (answer.text, answer.is_html) == ("<p>", is_html)


def test_a_header_that_cannot_be_sent_is_not_told(
    http: httpx.Client, scripted: ScriptedServer
) -> None:
    broken = Request("the site", httpx.URL(scripted.url), 5.0, {"x-bypass": "the\nword"})
    with pytest.raises(SiteUnavailable) as refused:
        ask(http, broken)
    assert "word" not in str(refused.value)
    assert "word" not in repr(broken)


def test_what_opens_a_site_is_never_sent_in_the_clear_because_it_redirects_there(
    theirs: ssl.SSLContext, trusting: ssl.SSLContext, scripted: ScriptedServer
) -> None:
    with scripted_server(theirs) as safe, httpx.Client(verify=trusting) as http:
        clear = scripted.url.replace("127.0.0.1", "localhost")
        safe.replies.append(Reply(301, headers={"location": f"{clear}/en/"}))
        scripted.replies.append(Reply(301, headers={"location": f"{safe.url}/en/"}))
        safe.replies.append(Reply(200, "well"))
        assert ask(http, request(safe.url)).text == "well"
        shown = [each.get("x-bypass") for each in (*safe.headers, *scripted.headers)]
        assert shown == ["the-word", "the-word", None]


def test_an_answer_that_cannot_be_unpacked_is_none(
    http: httpx.Client, scripted: ScriptedServer
) -> None:
    scripted.replies.append(Reply(200, "no gzip", {"content-encoding": "gzip"}))
    with pytest.raises(SiteUnavailable):
        ask(http, request(scripted.url))
