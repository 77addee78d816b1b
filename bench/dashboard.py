"""How soon the dashboard's first page is there, and how soon it is there again."""

import random
import time
from datetime import UTC, datetime

from playwright.sync_api import Browser, WebSocket

from bench.chromium import running_chromium
from bench.measurement import Figure, Measurement, Unit, percentile
from bench.numbers_world import serving
from bench.world import BenchFailed
from shiploop.cli.simulation import Simulation
from shiploop.settings import Settings
from shiploop.slo_file import read_objectives

_TASKS = 10_000
_HOURS = 23
_PAINT_BOUND_MS, _REFRESH_BOUND_MS = 2_000, 300
_REFRESHES_S = 10.0  # one each two seconds
_QUIET_S = 0.5  # a refresh is over when the server has said nothing for so long
_FIRST_PAINT = "text=Error budget left"
_DEFINITION = (
    f"Overview over {_TASKS:,} simulated tasks in headless Chromium, each time in a new window "
    "with an empty cache. First paint: from going to the address until the cards are drawn. "
    "Refresh: from the page asking for it until the server's last message. The p95 counts."
)


def measure_dashboard(times: int) -> Measurement:
    """Open the page that many times, then watch it refresh itself."""
    with serving("dashboard", "SHIPLOOP_DASHBOARD_PORT", "/_stcore/health") as (redis, url):
        slos = read_objectives(Settings(_env_file=None).slo_file)
        simulation = Simulation(redis, slos, 90 * 24 * 3600)
        simulation.run(_TASKS, _HOURS, datetime.now(UTC), random.Random(1))  # noqa: S311 - not secret
        with running_chromium() as browser:
            _paint_ms(browser, url)  # the server's own first time
            paints_ms = tuple(_paint_ms(browser, url) for _ in range(times))
            refreshes_ms = _refreshes_ms(browser, url)
    return Measurement(
        "dashboard",
        _DEFINITION,
        (
            Figure("first paint, p95", percentile(paints_ms, 95), _PAINT_BOUND_MS, Unit.MS),
            Figure("refresh, p95", percentile(refreshes_ms, 95), _REFRESH_BOUND_MS, Unit.MS),
        ),
        {"first_paint_ms": paints_ms, "refresh_ms": refreshes_ms},
    )


def _paint_ms(browser: Browser, url: str) -> float:
    page = browser.new_context().new_page()
    started = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.wait_for_selector(_FIRST_PAINT)
    took_ms = (time.perf_counter() - started) * 1000
    page.context.close()
    return took_ms


def _refreshes_ms(browser: Browser, url: str) -> tuple[float, ...]:
    page = browser.new_context().new_page()
    asked: list[float] = []
    said: list[float] = []

    def watch(socket: WebSocket) -> None:
        socket.on("framesent", lambda _frame: asked.append(time.perf_counter()))
        socket.on("framereceived", lambda _frame: said.append(time.perf_counter()))

    page.on("websocket", watch)
    page.goto(url)
    page.wait_for_selector(_FIRST_PAINT)
    page.wait_for_timeout(_QUIET_S * 2 * 1000)
    begin = time.perf_counter()
    page.wait_for_timeout(_REFRESHES_S * 1000)
    page.context.close()
    starts = [at for at in asked if begin <= at <= begin + _REFRESHES_S - _QUIET_S]
    found = [[at for at in said if start <= at < start + 2 - _QUIET_S] for start in starts]
    if not starts or not all(found):
        raise BenchFailed("the page did not refresh itself")
    return tuple((answers[-1] - start) * 1000 for start, answers in zip(starts, found, strict=True))
