"""Where the address of a probe is asked, and what is shown there."""

from collections.abc import Iterator

import httpx
import pytest

from shiploop.clients.probed import Probed
from shiploop.clients.site import Site
from shiploop.domain.production.probe_definition import Address, Header
from shiploop.errors import SiteUnavailable
from shiploop.stack.addresses import free_port
from tests.loopback import NO_TLS
from tests.scripted_server import Reply, ScriptedServer, scripted_server

KEY = "a-key-of-the-api-for-tests"
OWN = (Header("x-own", "own"),)


@pytest.fixture
def site() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


@pytest.fixture
def probed(site: ScriptedServer, scripted: ScriptedServer) -> Iterator[Probed]:
    """Of a site below a path, and an API that is `scripted`."""
    with httpx.Client(timeout=2, verify=NO_TLS) as http:
        pages = Site(http, f"{site.url}/docs/", ("/faq", "/faq.html"), ("x-bypass", "the-word"))
        yield Probed(http, pages, f"{scripted.url}/", KEY)


def shown(server: ScriptedServer) -> dict[str, str]:
    return {name.lower(): value for name, value in server.headers[-1].items()}


def path(server: ScriptedServer) -> str:
    return server.requests[-1].partition("?shiploop")[0].partition("&shiploop")[0]


def test_a_path_is_asked_below_the_site_with_what_opens_it(
    probed: Probed, site: ScriptedServer
) -> None:
    site.replies.append(Reply(204))
    answer = probed.ask(Address("/search.json?q=a", headers=OWN))
    assert answer is not None
    assert (answer.status, answer.of) == (204, "/search.json?q=a")
    assert path(site) == "GET /docs/search.json?q=a"
    assert (shown(site)["x-bypass"], shown(site)["x-own"]) == ("the-word", "own")
    assert "x-api-key" not in shown(site)


def test_the_page_of_the_faq_is_looked_for(probed: Probed, site: ScriptedServer) -> None:
    site.replies.extend([Reply(404), Reply(500)])
    answer = probed.ask(Address("{faq}"))
    assert answer is not None
    assert (answer.status, answer.of) == (500, "/faq.html")
    site.replies.extend([Reply(404), Reply(404)])
    assert probed.ask(Address("{faq}")) is None


def test_our_api_is_asked_with_our_key(probed: Probed, scripted: ScriptedServer) -> None:
    scripted.replies.append(Reply(200))
    answer = probed.ask(Address("{api}/api/agent/tasks?limit=1", headers=OWN))
    assert answer is not None
    assert (answer.status, answer.of) == (200, "our API's /api/agent/tasks?limit=1")
    assert path(scripted) == "GET /api/agent/tasks?limit=1"
    assert (shown(scripted)["x-api-key"], shown(scripted)["x-own"]) == (KEY, "own")
    assert "x-bypass" not in shown(scripted)


def test_another_address_is_shown_nothing_but_its_own_headers(
    probed: Probed, scripted: ScriptedServer
) -> None:
    scripted.replies.append(Reply(200))
    answer = probed.ask(Address(f"{scripted.url}/health", headers=OWN))
    assert answer is not None
    assert (answer.status, answer.of) == (200, f"{scripted.url}/health")
    assert shown(scripted)["x-own"] == "own"
    assert not {"x-api-key", "x-bypass"} & shown(scripted).keys()


def test_who_does_not_answer_is_named_without_a_secret(
    probed: Probed, scripted: ScriptedServer
) -> None:
    for url, who in (
        ("{api}/readyz", "our API did not serve /readyz"),
        (f"http://127.0.0.1:{free_port()}/x", r"127\.0\.0\.1 did not serve /x"),
    ):
        with pytest.raises(SiteUnavailable, match=who) as failed:
            probed.ask(Address(url))
        assert KEY not in str(failed.value)
