"""A page of somebody else in a real browser: on another origin, and by another name for loopback.

It tries whatever `shiploop up` listens on. A server without our guard stands beside, to show that
what the page tries does arrive where nobody refuses it.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from bench.chromium import running_chromium
from bench.world import BenchFailed
from shiploop.stores import keys
from tests.dashboard.conftest import dashboard_over
from tests.loopback import loopback
from tests.rolling import redis_of
from tests.until import wait_until
from tests.world import REPOSITORY, World

pytestmark = pytest.mark.xdist_group("world")

EVIL = "evil.example"
_ATTACK = Path(__file__).with_name("attack.js").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to read or write of one part."""

    method: str
    url: str
    body: str = "{}"


@dataclass(slots=True)
class Unguarded:
    """A server that anybody may speak to, and what it was sent."""

    url: str
    seen: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def unguarded(page: str = "") -> Iterator[Unguarded]:
    seen: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            self.rfile.read(length)
            seen.append((self.command, self.headers.get("upgrade") or self.path))
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        do_GET = do_POST = do_PUT = do_DELETE = do_OPTIONS = answer  # noqa: N815 - its names

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Unguarded(f"http://127.0.0.1:{server.server_port}", seen)
        server.shutdown()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for which a name of somebody else leads to this machine."""
    with ExitStack() as browsers:
        try:
            browser = running_chromium(f"--host-resolver-rules=MAP {EVIL} 127.0.0.1")
            yield browsers.enter_context(browser)
        except BenchFailed as missing:
            pytest.skip(str(missing))


@pytest.fixture(scope="module")
def dashboard(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with dashboard_over(world.addresses.redis, tmp_path_factory.mktemp("dashboard")) as url:
        yield url


def targets(world: World, dashboard: str) -> list[Target]:
    """What would be worth reading or writing, by the part that has it."""
    parts = world.addresses
    closed_loop = world.prefect("GET", "/deployments/name/closed-loop/closed-loop")["id"]
    question = json.dumps({"question": "What does a hostile page ask?"})
    run = json.dumps({"state": {"type": "SCHEDULED"}, "parameters": json.loads(question)})
    return [
        Target("GET", f"{parts.api}/api/agent/tasks"),
        Target("GET", f"{parts.api}/api/metrics/agent"),
        Target("POST", f"{parts.api}/api/agent/faq", question),
        Target("POST", f"{parts.api}/webhooks/github"),
        Target("GET", f"{parts.prefect}/api/admin/settings"),
        Target("GET", f"{parts.prefect}/api/health"),
        Target("POST", f"{parts.prefect}/api/flow_runs/filter"),
        Target("POST", f"{parts.prefect}/api/deployments/{closed_loop}/create_flow_run", run),
        Target("POST", f"{parts.prefect}/api/deployments/{closed_loop}/pause_deployment"),
        Target("DELETE", f"{parts.prefect}/api/deployments/{closed_loop}"),
        Target("GET", f"{parts.prefect}/api/events/in"),
        Target("GET", f"{parts.github}/_sandbox/requests"),
        Target("PUT", f"{parts.github}/_sandbox/faults", '{"bad_deploy": {"times": null}}'),
        Target("POST", f"{parts.github}/_sandbox/faults/bad_deploy/take"),
        Target("POST", f"{parts.github}/repos/{REPOSITORY}/issues", '{"title": "hostile"}'),
        Target("GET", f"{parts.github}/repos/{REPOSITORY}"),
        Target("GET", f"{parts.site}/faq"),
        Target("POST", f"{parts.site}/hooks/github"),
        Target("GET", f"{dashboard}/"),
        Target("GET", f"{dashboard}/_stcore/stream"),
        Target("GET", f"{dashboard}/_stcore/health"),
    ]


def state_of(world: World) -> dict[str, Any]:
    """All that such a page could have changed, or started."""
    runs = {"flow_runs": {"name": {"like_": "hostile"}}}
    closed_loop = world.prefect("GET", "/deployments/name/closed-loop/closed-loop")
    of_ours = {"deployments": {"id": {"any_": [closed_loop["id"]]}}}
    panel = f"{world.addresses.github}/_sandbox"
    with redis_of(world) as redis:
        return {
            "tasks": sorted(redis.scan_iter(match=keys.task("*"))),
            "paused": closed_loop["paused"],
            "named": world.prefect("POST", "/flow_runs/filter", runs),
            "runs": world.prefect("POST", "/flow_runs/count", of_ours),
            "faults": loopback.get(f"{panel}/faults").json(),
            "issues": len(world.github("/issues", state="all")),
        }


def attack(page: Page, what: list[Target]) -> list[str]:
    """Try everything; returns what could be read, or was opened."""
    told = [[each.method, each.url, each.body] for each in what]
    page.evaluate("() => {" + _ATTACK + "}")
    found: list[str] = page.evaluate("targets => attack(targets)", told)
    return found


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", EVIL])
def test_a_page_of_another_origin_reads_and_writes_nothing(
    world: World, dashboard: str, chromium: Browser, host: str
) -> None:
    before, wanted = state_of(world), targets(world, dashboard)
    arrive = {("POST", "/written"), ("GET", "/read"), ("GET", "websocket")}
    with unguarded("<title>hostile</title>") as mine, unguarded() as victim:
        page = chromium.new_page()
        page.goto(mine.url.replace("127.0.0.1", host))
        assert page.title() == "hostile"
        attack(page, [Target("POST", f"{victim.url}/written"), Target("GET", f"{victim.url}/read")])
        # A browser may put off a websocket after others have failed.
        wait_until(lambda: arrive <= set(victim.seen))
        assert attack(page, wanted) == []
        framed = [frame.url for frame in page.frames if "{" in frame.evaluate("document.title")]
        assert framed == []
        page.close()
    assert state_of(world) == before


def test_another_name_for_this_machine_leads_nowhere(
    world: World, dashboard: str, chromium: Browser
) -> None:
    before = state_of(world)
    for target in targets(world, dashboard):
        rebound = target.url.replace("127.0.0.1", EVIL)
        page = chromium.new_page()
        opened = page.goto(rebound)
        assert opened is not None
        # A webhook may come by any name, as it is signed.
        signed = target.url == f"{world.addresses.api}/webhooks/github"
        assert opened.status == (405 if signed else 421), rebound
        found = attack(page, [Target(target.method, rebound, target.body)])
        expected = {"422", "401", "405", "429"} if signed else {"421"}
        assert {each.rpartition(" ")[2] for each in found} <= expected, found
        page.close()
    with unguarded("<title>hostile</title>") as mine:
        page = chromium.new_page()
        page.goto(mine.url.replace("127.0.0.1", EVIL))
        assert page.title() == "hostile"
        page.close()
    assert state_of(world) == before
