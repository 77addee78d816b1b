"""What each probe of production says, asked over HTTP and in a real Redis."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from redis import Redis

from shiploop.bootstrap import Services, build
from shiploop.clients.own_api import OwnApi
from shiploop.clients.site import Site
from shiploop.domain.production.probe import ProbeResult, ProbeScope, ProbeVerdict
from shiploop.settings import Settings
from shiploop.stack.addresses import free_port
from tasks.shared.probes import DECIDING, WATCHED, Probe
from tests.loopback import NO_TLS
from tests.scripted_server import Reply, ScriptedServer
from tests.valkey import url_of

SITE_HOME, SITE_HEALTH, SITE_FAQ, TASK_ROUTE, RUNNERS = DECIDING
SITE_PROBES = (SITE_HOME, SITE_FAQ, SITE_HEALTH)
API_KEY = "a-key-of-the-probe-0123"
WELL = Reply(200, '{"sha": "abc"}')


@pytest.fixture
def ours(redis: Redis, scripted: ScriptedServer) -> Iterator[Services]:
    built = build(
        Settings(
            _env_file=None, redis_url=url_of(redis), github_repo="acme/docs", github_token="unused"
        )
    )
    with httpx.Client(timeout=2, verify=NO_TLS) as http:
        yield replace(
            built, site=Site(http, scripted.url, ("/faq",)), api=OwnApi(http, scripted.url, API_KEY)
        )


def asked(probe: Probe, ours: Services, scripted: ScriptedServer, reply: Reply) -> ProbeResult:
    """The probe's result when it is answered like this."""
    scripted.replies.append(reply)
    return probe.result(ours)


@pytest.mark.parametrize("probe", [*SITE_PROBES, TASK_ROUTE], ids=lambda probe: probe.name)
def test_what_answers_well_passes_and_what_answers_an_error_fails(
    probe: Probe, ours: Services, scripted: ScriptedServer
) -> None:
    passed = asked(probe, ours, scripted, WELL)
    assert (passed.name, passed.verdict, passed.scope) == (
        probe.name,
        ProbeVerdict.PASS,
        probe.scope,
    )
    failed = asked(probe, ours, scripted, Reply(500))
    assert failed.verdict is ProbeVerdict.FAIL
    assert "500" in failed.evidence


@pytest.mark.parametrize("probe", SITE_PROBES, ids=lambda probe: probe.name)
def test_a_site_that_refuses_or_hangs_up_fails(probe: Probe, ours: Services) -> None:
    assert probe.result(ours).verdict is ProbeVerdict.FAIL
    with httpx.Client(verify=NO_TLS) as http:
        gone = replace(ours, site=Site(http, f"http://127.0.0.1:{free_port()}", ("/faq",)))
        assert probe.result(gone).verdict is ProbeVerdict.FAIL


@pytest.mark.parametrize("probe", SITE_PROBES, ids=lambda probe: probe.name)
def test_a_site_that_does_not_answer_in_time_tells_nothing(
    probe: Probe, ours: Services, silent_url: str
) -> None:
    with httpx.Client(timeout=0.1, verify=NO_TLS) as http:
        slow = replace(ours, site=Site(http, silent_url, ("/faq",)))
        assert probe.result(slow).verdict is ProbeVerdict.INCONCLUSIVE


@pytest.fixture
def silent_url() -> Iterator[str]:
    """The address of somebody who takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("reply", [Reply(200, "{}"), Reply(200, "<html>"), Reply(404, "<html>")])
def test_a_health_page_that_no_longer_names_its_commit_fails(
    ours: Services, scripted: ScriptedServer, reply: Reply
) -> None:
    assert asked(SITE_HEALTH, ours, scripted, reply).verdict is ProbeVerdict.PASS  # it never did
    assert asked(SITE_HEALTH, ours, scripted, WELL).verdict is ProbeVerdict.PASS
    assert asked(SITE_HEALTH, ours, scripted, reply).verdict is ProbeVerdict.FAIL


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_site_that_is_broken_fails_whether_it_ever_named_a_commit_or_not(
    ours: Services, scripted: ScriptedServer, status: int
) -> None:
    assert asked(SITE_HEALTH, ours, scripted, Reply(status)).verdict is ProbeVerdict.FAIL


def test_a_site_without_any_page_that_may_be_the_faqs_does_not_decide(
    ours: Services, scripted: ScriptedServer
) -> None:
    scripted.replies.extend([Reply(404)] * 2)
    with httpx.Client(timeout=2, verify=NO_TLS) as http:
        unknown = replace(ours, site=Site(http, scripted.url, ("/faq", "/faq/")))
        assert SITE_FAQ.result(unknown).verdict is ProbeVerdict.INCONCLUSIVE


def test_the_task_route_is_asked_with_our_own_key(ours: Services, scripted: ScriptedServer) -> None:
    asked(TASK_ROUTE, ours, scripted, WELL)
    assert scripted.requests == ["GET /api/agent/tasks?limit=1"]
    sent = {name.lower(): value for name, value in scripted.headers[0].items()}
    assert sent["x-api-key"] == API_KEY


def test_a_runner_that_beats_is_alive_and_one_that_has_stopped_is_not(ours: Services) -> None:
    now = datetime.now(UTC)
    assert RUNNERS.result(ours).verdict is ProbeVerdict.FAIL
    ours.heartbeats.beat("one", now - timedelta(seconds=60), "ready", 0)
    assert RUNNERS.result(ours).verdict is ProbeVerdict.FAIL
    ours.heartbeats.beat("two", now, "ready", 0)
    assert RUNNERS.result(ours).verdict is ProbeVerdict.PASS


def test_no_two_probes_have_the_same_name_and_only_watched_ones_decide_nothing() -> None:
    probes = (*DECIDING, *WATCHED)
    assert len({probe.name for probe in probes}) == len(probes)
    assert all(probe.scope is not ProbeScope.OBSERVED for probe in DECIDING)
    assert all(probe.scope is ProbeScope.OBSERVED for probe in WATCHED)
