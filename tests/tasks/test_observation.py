"""How production is looked at: over HTTP, by everything that decides, and once for all."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from shiploop.bootstrap import Services
from shiploop.domain.production.health_verdict import HealthRule, HealthState
from shiploop.domain.production.probe import ProbeResult, ProbeScope, ProbeVerdict, Sample
from shiploop.domain.production.probe_definition import Address, Probe
from shiploop.stack.addresses import free_port
from shiploop.stores.health import ProductionHealth
from tasks.shared.observation import ask_all, health_rule, live_sha, take_sample, watch_production
from tests.sandbox_process import SandboxProcess
from tests.scripted_server import Reply, ScriptedServer, scripted_server
from tests.tasks.conftest import ServicesWith
from tests.until import wait_until

SHA = "5" * 40
WELL = Reply(200, f'{{"sha": "{SHA}"}}')
SITE = ("site-home", "site-health", "site-faq")
MANY = 1000  # more than any number of looks
SOON_S = 0.01
INTERVAL_S = 60.0  # nobody's turn comes again in a test


@pytest.fixture
def site(scripted: ScriptedServer) -> ScriptedServer:
    """The site of production, which hangs up until it is told to be well."""
    return scripted


@pytest.fixture
def api() -> Iterator[ScriptedServer]:
    """Our own API, which is well."""
    with scripted_server() as server:
        server.replies.extend([WELL] * MANY)
        yield server


@pytest.fixture
def ours(
    services_with: ServicesWith,
    sandbox: SandboxProcess,
    site: ScriptedServer,
    api: ScriptedServer,
) -> Services:
    """Services that find a production with a living runner."""
    made = services_with(
        github_api_url=sandbox.url,
        site_url=site.url,
        api_url=api.url,
        health_interval_s=SOON_S,
    )
    made.heartbeats.beat("one", datetime.now(UTC), "ready", 0)
    return made


def be_well(site: ScriptedServer) -> None:
    site.replies.extend([WELL] * MANY)


def round_of(verdict: ProbeVerdict, at: datetime) -> Sample:
    return Sample(at, SHA, (ProbeResult("site-home", verdict, "/ answers", ProbeScope.SITE),))


def record(health: ProductionHealth, verdict: ProbeVerdict, times: int) -> None:
    """What somebody else sees of production now."""
    for _ in range(times):
        health.record_sample(round_of(verdict, datetime.now(UTC)))


def probe_of(name: str) -> Probe:
    return Probe(name, ProbeScope.SITE, Address(f"/{name}"))


class Meeting(BaseHTTPRequestHandler):
    """Answers nobody until all have asked."""

    together = threading.Barrier(3)

    def do_GET(self) -> None:
        self.together.wait(timeout=5)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize("status", [200, 503])
def test_the_site_says_what_is_live_well_or_not(
    ours: Services, site: ScriptedServer, status: int
) -> None:
    site.replies.append(Reply(status, WELL.body))
    assert live_sha() == SHA


def test_where_the_site_is_silent_the_platform_says_what_is_live(
    ours: Services, sandbox: SandboxProcess
) -> None:
    sha = sandbox.commit({"docs/deployed.md": b"something\n"})
    sandbox.deploy(sha, "in_progress", "success")
    assert live_sha() == sha


def test_where_neither_answers_nobody_knows_what_is_live(
    services_with: ServicesWith, site: ScriptedServer
) -> None:
    services_with(github_api_url=f"http://127.0.0.1:{free_port()}", site_url=site.url)
    assert live_sha() is None


def test_a_look_asks_everything_that_decides_and_notes_what_was_live(
    ours: Services, site: ScriptedServer
) -> None:
    be_well(site)
    before = datetime.now(UTC)
    taken = take_sample()
    assert before <= taken.at <= datetime.now(UTC)
    assert taken.live_sha == SHA
    assert [one.name for one in taken.results] == [*SITE, "task-route", "runners"]
    assert {one.verdict for one in taken.results} == {ProbeVerdict.PASS}


@pytest.mark.parametrize(("sha_after", "noted"), [(SHA, SHA), ("6" * 40, None)])
def test_what_fails_while_a_deploy_goes_live_is_the_doing_of_neither_commit(
    ours: Services, site: ScriptedServer, sha_after: str, noted: str | None
) -> None:
    broken, after = Reply(500, "it is broken"), Reply(200, f'{{"sha": "{sha_after}"}}')
    site.replies.extend([WELL, *[broken] * len(SITE), after])
    taken = take_sample()
    assert (taken.failing, taken.live_sha) == (SITE, noted)


def test_all_probes_are_asked_at_the_same_time_and_answer_in_their_order(
    services_with: ServicesWith,
) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Meeting) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        services_with(site_url=f"http://127.0.0.1:{server.server_port}")
        found = ask_all([probe_of(name) for name in ("b", "a", "c")])
        server.shutdown()
    assert [(one.name, one.verdict) for one in found] == [
        (name, ProbeVerdict.PASS) for name in ("b", "a", "c")
    ]


def test_a_probe_that_fails_leaves_the_others_their_answers(
    ours: Services, site: ScriptedServer
) -> None:
    site.replies.append(Reply(500))
    (first,) = ask_all([probe_of("broken")])
    site.replies.extend([Reply(200)])
    found = ask_all([probe_of("well"), probe_of("hung-up")])
    assert first.verdict is ProbeVerdict.FAIL
    assert {one.verdict for one in found} == {ProbeVerdict.PASS, ProbeVerdict.FAIL}


def test_how_often_is_looked_is_a_setting(ours: Services) -> None:
    assert health_rule() == HealthRule(interval_s=SOON_S)


def test_production_that_is_well_is_healthy_after_enough_looks(
    ours: Services, site: ScriptedServer
) -> None:
    be_well(site)
    since = datetime.now(UTC)
    verdict = watch_production(since)
    assert (verdict.state, verdict.samples) == (HealthState.HEALTHY, health_rule().pass_limit)
    assert len(ours.health.samples_since(since)) == verdict.samples


def test_a_rule_of_ones_own_says_how_much_is_enough(ours: Services, site: ScriptedServer) -> None:
    be_well(site)
    verdict = watch_production(datetime.now(UTC), HealthRule(interval_s=SOON_S, pass_limit=1))
    assert (verdict.state, verdict.samples) == (HealthState.HEALTHY, 1)


def test_a_site_that_fails_is_unhealthy_and_the_probes_that_saw_it_are_named(
    ours: Services,
) -> None:
    verdict = watch_production(datetime.now(UTC))
    assert verdict.state is HealthState.UNHEALTHY
    assert (verdict.failing, verdict.failing_platform) == (SITE, ())
    assert len(verdict.evidence) == len(SITE)


def test_what_was_seen_before_counts_for_nothing(ours: Services, site: ScriptedServer) -> None:
    be_well(site)
    record(ours.health, ProbeVerdict.FAIL, times=health_rule().failure_limit)
    assert watch_production(datetime.now(UTC)).state is HealthState.HEALTHY


def test_what_others_have_seen_since_is_not_looked_at_again(
    ours: Services, site: ScriptedServer, api: ScriptedServer
) -> None:
    since = datetime.now(UTC)
    record(ours.health, ProbeVerdict.PASS, times=health_rule().pass_limit)
    assert watch_production(since).state is HealthState.HEALTHY
    assert (site.requests, api.requests) == ([], [])


def test_who_has_no_turn_waits_for_what_others_see(
    ours: Services, site: ScriptedServer, api: ScriptedServer
) -> None:
    since = datetime.now(UTC)
    assert ours.health.take_turn(INTERVAL_S)
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(watch_production, since) for _ in range(2)]
        wait_until(lambda: all(one.running() for one in waiting))
        record(ours.health, ProbeVerdict.FAIL, times=health_rule().failure_limit)
        verdicts = [one.result(timeout=10) for one in waiting]
    assert verdicts[0] == verdicts[1]
    assert verdicts[0].state is HealthState.UNHEALTHY
    assert (site.requests, api.requests) == ([], [])
