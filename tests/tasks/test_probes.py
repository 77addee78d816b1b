"""What each probe of production says, asked over HTTP and in a real Redis."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from redis import Redis

from shiploop.bootstrap import Services, build
from shiploop.clients.probed import Probed
from shiploop.clients.site import Site
from shiploop.domain.production.probe import ProbeResult, ProbeScope, ProbeVerdict
from shiploop.domain.production.probe_definition import Address, Look, Probe
from shiploop.settings import Settings
from shiploop.stack.addresses import free_port
from tasks.shared.probes import result_of
from tests.loopback import NO_TLS
from tests.scripted_server import Reply, ScriptedServer
from tests.valkey import url_of

API_KEY = "a-key-of-the-probe-0123"
WELL = Reply(200, '{"sha": "abc"}')
NAMES = ("site-home", "site-health", "site-faq", "task-route", "runners")
SITE = NAMES[:3]


@pytest.fixture
def ours(redis: Redis, scripted: ScriptedServer) -> Iterator[Services]:
    built = build(
        Settings(
            _env_file=None, redis_url=url_of(redis), github_repo="acme/docs", github_token="unused"
        )
    )
    with httpx.Client(timeout=2, verify=NO_TLS) as http:
        yield at(scripted.url, built, http)


def at(url: str, ours: Services, http: httpx.Client, *pages: str) -> Services:
    """The services of a site and an API at this address."""
    site = Site(http, url, pages or ("/faq",))
    return replace(ours, site=site, probed=Probed(http, site, url, API_KEY))


def probe(name: str, ours: Services) -> Probe:
    """A probe of the file that comes with us."""
    return next(each for each in ours.probes if each.name == name)


def asked(name: str, ours: Services, scripted: ScriptedServer, reply: Reply) -> ProbeResult:
    """The probe's result when it is answered like this."""
    scripted.replies.append(reply)
    return result_of(probe(name, ours), ours)


@pytest.mark.parametrize("name", NAMES[:-1])
def test_what_answers_well_passes_and_what_answers_an_error_fails(
    name: str, ours: Services, scripted: ScriptedServer
) -> None:
    passed = asked(name, ours, scripted, WELL)
    assert (passed.name, passed.verdict, passed.scope) == (
        name,
        ProbeVerdict.PASS,
        ProbeScope.SITE if name in SITE else ProbeScope.PLATFORM,
    )
    failed = asked(name, ours, scripted, Reply(500))
    assert failed.verdict is ProbeVerdict.FAIL
    assert "500" in failed.evidence


@pytest.mark.parametrize("name", SITE)
def test_a_site_that_refuses_or_hangs_up_fails(name: str, ours: Services) -> None:
    assert result_of(probe(name, ours), ours).verdict is ProbeVerdict.FAIL
    with httpx.Client(verify=NO_TLS) as http:
        gone = at(f"http://127.0.0.1:{free_port()}", ours, http)
        assert result_of(probe(name, ours), gone).verdict is ProbeVerdict.FAIL


@pytest.mark.parametrize("name", SITE)
def test_a_site_that_does_not_answer_in_time_tells_nothing(
    name: str, ours: Services, silent_url: str
) -> None:
    given = probe(name, ours)
    assert isinstance(given.asks, Address)
    hasty = replace(given, asks=replace(given.asks, timeout_s=0.1))
    with httpx.Client(verify=NO_TLS) as http:
        slow = at(silent_url, ours, http)
        assert result_of(hasty, slow).verdict is ProbeVerdict.INCONCLUSIVE


@pytest.fixture
def silent_url() -> Iterator[str]:
    """The address of somebody who takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("reply", [Reply(200, "{}"), Reply(200, "<html>"), Reply(404, "<html>")])
def test_a_health_page_that_no_longer_names_its_commit_fails(
    ours: Services, scripted: ScriptedServer, reply: Reply
) -> None:
    given = [asked("site-health", ours, scripted, each) for each in (reply, WELL, reply)]
    assert [one.verdict for one in given] == [  # at first it never did
        ProbeVerdict.PASS,
        ProbeVerdict.PASS,
        ProbeVerdict.FAIL,
    ]
    assert given[0].evidence == "there is no /healthz: the others are looked at"


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_site_that_is_broken_fails_whether_it_ever_named_a_commit_or_not(
    ours: Services, scripted: ScriptedServer, status: int
) -> None:
    assert asked("site-health", ours, scripted, Reply(status)).verdict is ProbeVerdict.FAIL


def test_what_one_probe_has_seen_asks_nothing_of_another(
    ours: Services, scripted: ScriptedServer
) -> None:
    assert asked("site-health", ours, scripted, WELL).verdict is ProbeVerdict.PASS
    other = replace(probe("site-health", ours), name="status-page")
    scripted.replies.append(Reply(404))
    assert result_of(other, ours).verdict is ProbeVerdict.PASS


def test_a_site_without_any_page_that_may_be_the_faqs_does_not_decide(
    ours: Services, scripted: ScriptedServer
) -> None:
    scripted.replies.extend([Reply(404)] * 2)
    with httpx.Client(timeout=2, verify=NO_TLS) as http:
        unknown = at(scripted.url, ours, http, "/faq", "/faq/")
        assert result_of(probe("site-faq", ours), unknown).verdict is ProbeVerdict.INCONCLUSIVE


def test_a_probe_that_is_only_shown_decides_nothing_and_says_how_it_is(
    ours: Services, scripted: ScriptedServer
) -> None:
    scripted.replies.append(Reply(200, "<p>Closed.</p>", {"content-type": "text/html"}))
    shown = Probe("shop", ProbeScope.OBSERVED, Address("/shop", text="Open"))
    result = result_of(shown, ours)
    assert (result.verdict, result.scope) == (ProbeVerdict.FAIL, ProbeScope.OBSERVED)
    assert result.evidence == "/shop answers 200 without the text 'Open'"


def test_the_task_route_is_asked_with_our_own_key(ours: Services, scripted: ScriptedServer) -> None:
    asked("task-route", ours, scripted, WELL)
    assert scripted.requests[0].startswith("GET /api/agent/tasks?limit=1&")
    sent = {name.lower(): value for name, value in scripted.headers[0].items()}
    assert sent["x-api-key"] == API_KEY


def test_a_runner_that_beats_is_alive_and_one_that_has_stopped_is_not(ours: Services) -> None:
    now, runners = datetime.now(UTC), Probe("runners", ProbeScope.PLATFORM, Look.RUNNERS)
    assert result_of(runners, ours).verdict is ProbeVerdict.FAIL
    ours.heartbeats.beat("one", now - timedelta(seconds=60), "ready", 0)
    assert result_of(runners, ours).verdict is ProbeVerdict.FAIL
    ours.heartbeats.beat("two", now, "ready", 0)
    assert result_of(runners, ours).verdict is ProbeVerdict.PASS
