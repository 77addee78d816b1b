"""The production site, as its reader and its health check see it."""

import socket
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest

from shiploop.clients.site import Site, SiteHealth
from shiploop.domain.delivery.change import Sighting
from shiploop.errors import SiteSlow, SiteUnavailable
from shiploop.stack.addresses import free_port
from tests.loopback import NO_TLS
from tests.scripted_server import Reply, ScriptedServer

PAGE = (
    '<h2 id="how-do-i-begin-1a2b3c4d">How do I\n <em>begin</em> &amp; end?</h2>'
    "<p>Clone it &#8212; it&#8217;s <code>make&nbsp;demo</code>.</p>"
    '<h2 id="如何重設密碼-1a2b3c4d">如何重設密碼？</h2><p>打開設定。</p>'
)


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=2, verify=NO_TLS) as client:
        yield client


@pytest.fixture
def site(scripted: ScriptedServer, http: httpx.Client) -> Site:
    return Site(http, f"{scripted.url}/", ("/faq",))


def paths(scripted: ScriptedServer) -> list[str]:
    return [one.partition("?")[0] for one in scripted.requests]


def test_the_live_commit_is_what_healthz_says(site: Site, scripted: ScriptedServer) -> None:
    scripted.replies.append(Reply(200, '{"status": "ok", "sha": "abc"}'))
    assert site.live_sha() == "abc"
    assert paths(scripted) == ["GET /healthz"]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(503, '{"status": "starting"}'),
        Reply(200, "<html>"),
        Reply(200, "{}"),
        Reply(200, "[]"),
        Reply(200, '{"sha": null}'),
        Reply(302, headers={"location": "/elsewhere"}),
    ],
)
def test_a_health_page_that_names_no_commit_is_no_answer(
    site: Site, scripted: ScriptedServer, reply: Reply
) -> None:
    scripted.replies.append(reply)
    with pytest.raises(SiteUnavailable):
        site.live_sha()


def test_a_site_that_is_down_or_hangs_up_is_unavailable(site: Site) -> None:
    with pytest.raises(SiteUnavailable):
        site.live_sha()
    with httpx.Client(timeout=2, verify=NO_TLS) as http:
        gone = Site(http, f"http://127.0.0.1:{free_port()}", ("/faq",))
        with pytest.raises(SiteUnavailable):
            gone.find(Sighting("/faq", "a", ("b",)))


def test_an_entry_is_found_where_the_page_has_it(site: Site, scripted: ScriptedServer) -> None:
    scripted.replies.append(Reply(200, PAGE))
    found = site.find(Sighting("/faq", "an-id-of-ours", ("How do I begin & end?", "Clone it")))
    assert found == f"{scripted.url}/faq#how-do-i-begin-1a2b3c4d"
    assert paths(scripted) == ["GET /faq"]


@pytest.mark.parametrize(
    ("texts", "is_found"),
    [
        (("How do I begin & end?", "Clone it - it's make demo."), True),
        (("How do I begin & end?", "Clone it twice."), False),
        (("如何重設密碼？", "Clone it"), False),  # it stands above
        ((), True),
    ],
)
def test_every_text_has_to_stand_below_the_one_before(
    site: Site, scripted: ScriptedServer, texts: tuple[str, ...], is_found: bool
) -> None:
    scripted.replies.append(Reply(200, PAGE))
    assert (site.find(Sighting("/docs/notes", texts=texts)) is not None) is is_found
    assert paths(scripted) == ["GET /docs/notes"]


@pytest.mark.parametrize(
    ("absent", "is_found"),
    [
        (("How do I begin & end?", "Clone it"), False),
        (("How do I begin & end?", "Clone it twice."), True),
        (("How do I end?", "Clone it"), True),
    ],
)
def test_what_was_taken_out_must_not_be_on_the_page(
    site: Site, scripted: ScriptedServer, absent: tuple[str, ...], is_found: bool
) -> None:
    scripted.replies.append(Reply(200, PAGE))
    assert (site.find(Sighting("/faq", absent=absent)) is not None) is is_found


def test_the_page_of_the_faq_is_found_by_itself_and_looked_at_first_from_then_on(
    scripted: ScriptedServer, http: httpx.Client
) -> None:
    site = Site(http, scripted.url, ("/faq", "/faq.html", "/docs/FAQ"))
    scripted.replies.extend([Reply(404), Reply(200, "<p>Nothing here.</p>"), Reply(200, PAGE)])
    sighting = Sighting("", texts=("如何重設密碼？", "打開設定"))
    assert site.find(sighting) == f"{scripted.url}/docs/FAQ#如何重設密碼-1a2b3c4d"
    scripted.replies.append(Reply(200, PAGE))
    assert site.find(sighting) is not None
    scripted.replies.append(Reply(500))
    assert site.look_at_faq() == ("/docs/FAQ", 500)
    looked_at = ["GET /faq", "GET /faq.html", "GET /docs/FAQ", "GET /docs/FAQ", "GET /docs/FAQ"]
    assert paths(scripted) == looked_at


def test_a_site_without_such_a_page_has_none(scripted: ScriptedServer, http: httpx.Client) -> None:
    site = Site(http, scripted.url, ("/faq", "/faq/"))
    scripted.replies.extend([Reply(404)] * 4)
    assert site.find(Sighting("", texts=("How?",))) is None
    assert site.look_at_faq() is None


@pytest.mark.parametrize("status", [200, 401, 500, 503])
def test_a_page_that_is_there_or_broken_is_the_faqs_and_none_is_looked_for_beyond_it(
    scripted: ScriptedServer, http: httpx.Client, status: int
) -> None:
    site = Site(http, scripted.url, ("/faq", "/faq/", "/docs/faq"))
    scripted.replies.extend([Reply(404), Reply(status)])
    assert site.look_at_faq() == ("/faq/", status)
    assert len(scripted.requests) == 2


def test_a_site_that_is_not_for_everybody_is_shown_what_opens_it(
    scripted: ScriptedServer, http: httpx.Client
) -> None:
    site = Site(http, scripted.url, ("/faq",), ("x-bypass", "the-word"))
    elsewhere = Reply(302, headers={"location": "http://localhost:9/faq"})
    scripted.replies.extend([Reply(200), elsewhere])
    assert [site.status_of("/faq") for _ in range(2)] == [200, 302]
    assert [each["x-bypass"] for each in scripted.headers] == ["the-word"] * 2


@pytest.mark.parametrize(
    ("page", "sha"),
    [
        (f'<head><meta name="shiploop-commit" content="{"ab" * 20}"></head>', "ab" * 20),
        (f"<meta content='{'ab' * 20}' name=shiploop-commit><p>x", "ab" * 20),
        ('<meta name="shiploop-commit" content="main">', None),
        ('<meta name="generator" content="abcdef12">', None),
        ("", None),
    ],
)
def test_a_site_of_pages_alone_names_its_commit_on_its_home_page(
    site: Site, scripted: ScriptedServer, page: str, sha: str | None
) -> None:
    scripted.replies.extend([Reply(404, "<html>"), Reply(200, page)])
    if sha is None:
        with pytest.raises(SiteUnavailable):
            site.live_sha()
    else:
        assert site.live_sha() == sha
    assert paths(scripted) == ["GET /healthz", "GET /"]


def test_the_address_of_a_page_and_of_a_place_on_it(site: Site, scripted: ScriptedServer) -> None:
    assert site.url("/faq", "how-1a2b3c4d") == f"{scripted.url}/faq#how-1a2b3c4d"
    assert site.url("/faq", 'a "b"') == f"{scripted.url}/faq#a%20%22b%22"
    assert site.url("/docs/notes") == f"{scripted.url}/docs/notes"


@pytest.mark.parametrize(
    ("reply", "health"),
    [
        (Reply(200, '{"status": "ok", "sha": "abc"}'), SiteHealth(200, "abc")),
        (Reply(500, '{"status": "broken", "sha": "abc"}'), SiteHealth(500, "abc")),
        (Reply(503, "<html>"), SiteHealth(503, None)),
        (Reply(200, '{"sha": 7}'), SiteHealth(200, None)),
        (Reply(200, "[]"), SiteHealth(200, None)),
    ],
)
def test_the_health_is_the_status_and_the_commit_where_one_is_named(
    site: Site, scripted: ScriptedServer, reply: Reply, health: SiteHealth
) -> None:
    scripted.replies.append(reply)
    assert site.health() == health


def test_the_live_commit_is_read_also_of_a_site_that_is_not_well(
    site: Site, scripted: ScriptedServer
) -> None:
    scripted.replies.append(Reply(500, '{"sha": "abc"}'))
    assert site.live_sha() == "abc"


@pytest.mark.parametrize("status", [200, 302, 404, 500, 503])
def test_the_status_of_a_page_is_told_as_it_is(
    site: Site, scripted: ScriptedServer, status: int
) -> None:
    scripted.replies.append(Reply(status))
    assert site.status_of("/faq") == status
    assert paths(scripted) == ["GET /faq"]


def test_a_site_that_hangs_up_has_no_status_and_is_not_slow(site: Site) -> None:
    for asked in (site.health, lambda: site.status_of("/")):
        with pytest.raises(SiteUnavailable) as failed:
            asked()
        assert not isinstance(failed.value, SiteSlow)


def test_a_site_that_does_not_answer_in_time_is_slow_whatever_is_asked() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        httpx.Client(timeout=0.2, verify=NO_TLS) as http,
    ):
        site = Site(http, f"http://127.0.0.1:{silent.getsockname()[1]}", ("/faq",))
        for asked in (
            site.health,
            site.live_sha,
            lambda: site.status_of("/"),
            lambda: site.find(Sighting("/faq", "anchor")),
        ):
            with pytest.raises(SiteSlow):
                asked()


def test_each_look_is_another_address_for_a_cache(site: Site, scripted: ScriptedServer) -> None:
    scripted.replies.extend([Reply(200)] * 2)
    assert [site.status_of("/faq?all=1") for _ in range(2)] == [200, 200]
    first, second = scripted.requests
    assert first != second
    assert first.startswith("GET /faq?all=1&")
    assert scripted.headers[0]["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["/en/", "en/", "{url}/en/"])
def test_a_redirect_within_the_site_is_followed(
    site: Site, scripted: ScriptedServer, status: int, location: str
) -> None:
    moved = Reply(status, headers={"location": location.format(url=scripted.url)})
    scripted.replies.extend([moved, Reply(200)])
    assert site.status_of("/") == 200
    assert paths(scripted) == ["GET /", "GET /en/"]


@pytest.mark.parametrize(
    "location", ["http://elsewhere.test/", "//elsewhere.test/", "http://localhost.test:1/"]
)
def test_a_redirect_to_another_host_is_not(
    site: Site, scripted: ScriptedServer, location: str
) -> None:
    scripted.replies.append(Reply(302, headers={"location": location}))
    assert site.status_of("/") == 302
    assert len(scripted.requests) == 1


def test_redirects_without_end_are_no_answer(site: Site, scripted: ScriptedServer) -> None:
    scripted.replies.extend([Reply(302, headers={"location": "/again"})] * 6)
    with pytest.raises(SiteUnavailable):
        site.status_of("/")
    assert len(scripted.requests) == 5


@pytest.mark.parametrize("location", ["http://[", "http://a:b/", "//", ""])
def test_a_redirect_to_no_address_is_told_or_no_answer(
    site: Site, scripted: ScriptedServer, location: str
) -> None:
    scripted.replies.append(Reply(302, headers={"location": location}))
    with suppress(SiteUnavailable):
        assert site.status_of("/") == 302
