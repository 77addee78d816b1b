"""Who may come in: decided by the headers that a browser sends, and cannot be made to lie in."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webguard.visitors import refuse

NAMES = frozenset({"docs.example.com"})


def status(method: str = "GET", **headers: str | list[str]) -> int | None:
    told = {
        name.replace("_", "-"): value if isinstance(value, list) else [value]
        for name, value in headers.items()
    }
    refusal = refuse(method, told, NAMES)
    return refusal.status if refusal else None


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8000",
        "127.0.0.1",
        "localhost:8000",
        "LOCALHOST",
        "app.localhost:3000",
        "[::1]:8000",
        "[::1]",
        "10.1.2.3:8000",
        "docs.example.com",
        "Docs.Example.com:443",
        "docs.example.com.",
    ],
)
def test_loopback_addresses_and_names_of_ours_are_let_in(host: str) -> None:
    assert status(host=host) is None


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "notlocalhost",
        "evil.docs.example.com",
        "docs.example.com.evil.example",
        "evil.example@127.0.0.1",
        "127.0.0.1@evil.example",
        "127.0.0.1/evil",
        "127.0.0.1:port",
        "2130706433",  # only a browser's parser makes an address of it, and then sends the address
        "",
    ],
)
def test_any_other_name_is_answered_as_misdirected(host: str) -> None:
    assert status(host=host) == 421


def test_a_program_that_sends_no_host_is_no_browser() -> None:
    assert status() is None


@pytest.mark.parametrize("header", ["host", "origin"])
def test_a_header_that_is_sent_twice_is_refused(header: str) -> None:
    twice: dict[str, Any] = {"host": "127.0.0.1", header: ["http://127.0.0.1", "http://127.0.0.1"]}
    assert status(**twice) == 400


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("[::1]:8000", "http://[::1]:8000"),
        ("localhost", "http://localhost"),
        ("docs.example.com", "https://docs.example.com"),  # TLS ends before us
        ("docs.example.com:443", "https://docs.example.com"),
        ("Docs.example.com", "https://docs.example.com"),
    ],
)
def test_a_page_of_the_same_origin_is_let_in(host: str, origin: str) -> None:
    assert status("POST", host=host, origin=origin) is None


@pytest.mark.parametrize(
    "origin",
    [
        "http://127.0.0.1:9000",
        "http://localhost:8000",  # another name of the same machine is another origin
        "https://127.0.0.1",
        "https://evil.example",
        "http://127.0.0.1:8000.evil.example",
        "http://evil.example:8000",
        "chrome-extension://abcdefgh",
        "file://",
        "null",
        "",
        "http://127.0.0.1:port",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS"])
def test_a_page_of_another_origin_neither_reads_nor_writes(method: str, origin: str) -> None:
    assert status(method, host="127.0.0.1:8000", origin=origin) == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize(
    ("method", "mode", "dest", "expected"),
    [
        ("GET", "navigate", "document", None),  # a link that somebody follows
        ("GET", "navigate", "iframe", 403),
        ("POST", "navigate", "document", 403),
        ("GET", "no-cors", "image", 403),
        ("GET", "no-cors", "script", 403),
        ("GET", "cors", "empty", 403),
        ("GET", "websocket", "empty", 403),
    ],
)
def test_from_another_site_one_may_only_follow_a_link(
    site: str, method: str, mode: str, dest: str, expected: int | None
) -> None:
    sent = {"sec_fetch_site": site, "sec_fetch_mode": mode, "sec_fetch_dest": dest}
    assert status(method, host="127.0.0.1", **sent) == expected


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_what_a_person_or_our_own_page_asks_for_is_let_in(site: str) -> None:
    assert status(host="127.0.0.1", sec_fetch_site=site, sec_fetch_mode="cors") is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_is_sent_is_decided(host: str, origin: str) -> None:
    assert status(host=host, origin=origin) in (None, 400, 403, 421)


@given(st.from_regex(r"[a-z0-9.-]{1,40}\.example", fullmatch=True))
def test_no_name_of_somebody_else_is_ours(host: str) -> None:
    assert status(host=host) == 421
