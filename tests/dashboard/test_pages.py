"""The pages in a real browser: the numbers that they tell, and how they look."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from dashboard import formatting
from shiploop.domain.delivery.stages import TARGETS_MS, over_target_ms
from shiploop.domain.objectives.report import SloStatus
from shiploop.stores.task_index import TaskIndex
from tests.browser.conftest import Visit, window
from tests.dashboard.conftest import Dashboard
from tests.dashboard.filled import beat
from tests.until import wait_until

pytestmark = pytest.mark.xdist_group("dashboard")

HOSTILE = "如何重設密碼？ <b>*Not* bold</b> & `no` [link](http://elsewhere.example)"
WIDTHS_PX = (1280, 390)
TALLEST_PX = 3000
CLIPPED = """() => [...document.querySelectorAll('.ship, .ship-facts, [data-testid=stMetric]')]
  .flatMap(block => [...block.querySelectorAll('*')])
  .filter(each => getComputedStyle(each).overflowX != 'visible'
    && each.scrollWidth > each.clientWidth + 1)
  .map(each => each.textContent)"""
CHARTS_ARE_DRAWN = """() => [...document.querySelectorAll('[data-testid=stVegaLiteChart]')]
  .every(chart => chart.querySelector('canvas, svg'))"""


@pytest.fixture(scope="module")
def visited(filled: Dashboard, chromium: Browser) -> Iterator[Visit]:
    """One window for all tests: what it has loaded once, it has."""
    with window(chromium, filled.url, WIDTHS_PX[0], "light") as visited:
        yield visited


@pytest.fixture
def page(visited: Visit) -> Iterator[Page]:
    """The window, wide and light; nothing may have gone wrong in it when the test ends."""
    visited.page.set_viewport_size({"width": WIDTHS_PX[0], "height": 900})
    visited.page.emulate_media(color_scheme="light")
    yield visited.page
    expect(visited.page.get_by_test_id("stException")).to_have_count(0)
    assert (visited.faults, visited.strangers) == ([], set())


def is_ready(page: Page) -> None:
    """Wait until the numbers and the charts are there."""
    expect(page.locator("table.ship").last).to_be_visible()
    page.wait_for_function(CHARTS_ARE_DRAWN)


def looks_finished(visited: Visit, name: str) -> None:
    """Keep a picture of the page as people may see it; no text is clipped, whatever the width."""
    page = visited.page
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for width_px in WIDTHS_PX:
            page.set_viewport_size({"width": width_px, "height": 900})
            page.wait_for_timeout(200)  # charts follow their width a moment later
            height_px = page.get_by_test_id("stMain").evaluate("main => main.scrollHeight")
            page.set_viewport_size({"width": width_px, "height": min(height_px, TALLEST_PX)})
            page.wait_for_timeout(100)
            visited.screenshot(f"dashboard-{name}-{width_px}-{scheme}")
            assert page.evaluate(CLIPPED) == []
            assert visited.overflow_px() == 0
        colours = "getComputedStyle(document.querySelector('.stApp')).colorScheme"
        assert page.evaluate(colours) == scheme


def table(page: Page, heading: str) -> Locator:
    """The first table below a heading."""
    below = "xpath=following::table[contains(@class, 'ship')][1]"
    return page.get_by_role("heading", name=heading, exact=True).locator(below)


def rows(page: Page, heading: str) -> dict[str, list[str]]:
    """The cells of the table below a heading, by the first of each row."""
    cells = (
        table(page, heading)
        .locator("tbody tr")
        .evaluate_all("rows => rows.map(row => [...row.cells].map(cell => cell.innerText.trim()))")
    )
    return {first: others for first, *others in cells}


def card(page: Page, title: str) -> tuple[str, str]:
    """The number of a card, and the word for its state."""
    found = page.get_by_test_id("stMetric").filter(
        has=page.get_by_test_id("stMetricLabel").get_by_text(title, exact=True)
    )
    value = found.get_by_test_id("stMetricValue").inner_text()
    return value, found.get_by_test_id("stMetricDelta").inner_text()


def questions(page: Page) -> list[str]:
    return page.locator("table.ship tbody tr td:first-child").all_inner_texts()


def slos(dashboard: Dashboard) -> dict[str, SloStatus]:
    statuses = dashboard.services.reports.slo_statuses(datetime.now(UTC))
    return {status.slo.name: status for status in statuses}


def last_days(number: int) -> Sequence[date]:
    return [datetime.now(UTC).date() - timedelta(days=back) for back in range(number)]


def task_of(dashboard: Dashboard, failure: str) -> str:
    """The newest run that failed so."""
    tasks = TaskIndex(dashboard.redis).page(200).tasks
    return next(task.task_id for task in tasks if task.failure_kind == failure)


def test_overview_shows_how_it_stands(filled: Dashboard, visited: Visit, page: Page) -> None:
    page.goto(filled.url)
    is_ready(page)
    report, statuses = filled.services.reports.report(last_days(1)), slos(filled)
    total = report.total
    assert card(page, "Success rate")[0] == f"{total.success_rate_percent:g} %"
    assert card(page, "TTE P50")[0] == formatting.format_seconds(total.tte.p50)
    assert card(page, "TTE P95")[0] == formatting.format_slo_value(statuses["tte-p95"])
    assert card(page, "TTE P99")[0] == formatting.format_slo_value(statuses["tte-p99"])
    assert card(page, "Runners") == ("1", "alive")
    assert card(page, "Waiting") == ("1", "for a person")
    assert card(page, "Rollbacks today") == ("1", "1 healthy")
    assert rows(page, "Alerts")["success-rate-threshold"][0] == "firing"
    told = rows(page, "Objectives")
    assert list(told) == [status.slo.title for status in statuses.values()]
    for status in statuses.values():
        if status.slo.name == "runner-availability":
            continue  # a minute may pass between the two looks
        state, value, _target, _events, left, burn = told[status.slo.title]
        assert state == formatting.SLO_STATES[status.state][0]
        assert value == formatting.format_slo_value(status)
        assert left == formatting.format_percent(status.budget_left)
        assert burn == formatting.format_burn_rate(status.burn_rate)
    looks_finished(visited, "overview")


def test_latency_shows_each_stage_against_its_target(
    filled: Dashboard, visited: Visit, page: Page
) -> None:
    page.goto(f"{filled.url}/latency")
    is_ready(page)
    page.get_by_role("radio", name="14 days").click()
    expect(page).to_have_url(f"{filled.url}/latency?span=14+days")
    stages = filled.services.reports.report(last_days(14)).stages
    queued = str(stages["queued"].count)
    wait_until(lambda: rows(page, "Stages").get("queued", ["", ""])[1] == queued)
    told = rows(page, "Stages")
    assert set(told) == set(stages)
    for stage, (_, count, p50, p95, target, over) in told.items():
        found = stages[stage]
        assert count == str(found.count)
        assert (p50, p95) == (
            formatting.format_seconds(found.p50),
            formatting.format_seconds(found.p95),
        )
        assert target == formatting.format_seconds(TARGETS_MS.get(stage))
        assert over == formatting.format_excess(over_target_ms(stage, found.p95))
    page.goto(f"{filled.url}/latency")
    is_ready(page)
    looks_finished(visited, "latency")


def test_runs_are_listed_newest_first_and_filtered(
    filled: Dashboard, visited: Visit, page: Page
) -> None:
    page.goto(f"{filled.url}/runs")
    is_ready(page)
    newest = TaskIndex(filled.redis).page(50)
    assert questions(page) == [task.title for task in newest.tasks]
    assert HOSTILE in questions(page)
    looks_finished(visited, "runs")
    page.get_by_role("link", name="Older →").click()
    expect(page.get_by_role("link", name="← Newest")).to_be_visible()
    older = TaskIndex(filled.redis).page(50, newest.next_before)
    wait_until(lambda: questions(page) == [task.title for task in older.tasks])
    page.set_viewport_size({"width": WIDTHS_PX[0], "height": 900})
    page.get_by_role("radio", name="declined").click()
    expect(page).to_have_url(f"{filled.url}/runs?status=declined")
    wait_until(lambda: questions(page) == ["What is the meaning of life?"])


def test_a_run_says_why_it_is_not_merged(filled: Dashboard, page: Page) -> None:
    page.goto(f"{filled.url}/runs?status=error&failure=ci_failed")
    is_ready(page)
    page.locator("table.ship a").first.click()
    expect(page).to_have_url(f"{filled.url}/runs?task={task_of(filled, 'ci_failed')}")
    expect(page.get_by_role("heading", name="Why not merged?")).to_be_visible()
    why = "A required check of its pull request failed: checks failed: faq-gate."
    expect(page.get_by_test_id("stAlert")).to_have_text(why)


def test_a_run_that_was_rolled_back_tells_its_whole_story(
    filled: Dashboard, visited: Visit, page: Page
) -> None:
    page.goto(f"{filled.url}/runs?task={task_of(filled, 'unhealthy_deploy')}")
    is_ready(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    expect(page.get_by_role("heading", name="Why is it not done?")).to_be_visible()
    links = page.locator(".ship-ways").last.get_by_role("link").all_inner_texts()
    assert links == ["PR", "Revert", "Incident", "Prefect", "Sentry"]
    stages = ["queued", "drafting", "opening", "checking", "merging", "deploying", "verifying"]
    assert list(rows(page, "Where the time went")) == stages
    told = table(page, "What happened").locator("td:nth-child(3)").all_inner_texts()
    assert told[:3] == ["was accepted", "a runner took it", "began a stage"]
    assert told[-1] == "ended"
    looks_finished(visited, "run")


def test_reliability_shows_budgets_failures_and_rollbacks(
    filled: Dashboard, visited: Visit, page: Page
) -> None:
    page.goto(f"{filled.url}/reliability?span=7+days")
    is_ready(page)
    for status in slos(filled).values():
        head = page.locator(".ship-head", has_text=status.slo.title)
        expect(head).to_contain_text(formatting.SLO_STATES[status.state][0])
    report = filled.services.reports.report(last_days(7))
    told = rows(page, "Rollbacks")
    for part, found in report.rollbacks.trb_ms.items():
        assert told[part] == [
            formatting.format_seconds(found.p50),
            formatting.format_seconds(found.p95),
        ]
    looks_finished(visited, "reliability")


def test_workers_show_who_lives_what_waits_and_who_has_frozen_merges(
    filled: Dashboard, visited: Visit, page: Page
) -> None:
    beat(filled.services, datetime.now(UTC))  # a heartbeat lives two minutes
    page.goto(f"{filled.url}/workers")
    is_ready(page)
    assert card(page, "Runners") == ("1", "1 silent")
    assert card(page, "Running") == ("1 of 32", "free")
    assert card(page, "In the queue")[0] == str(filled.services.task_queue.backlog())
    told = rows(page, "Runners")
    assert told["runner-1-4711-a1b2c3"][:3] == ["ready", "1", "212 MB"]
    assert told["runner-2-4712-d4e5f6"][:3] == ["silent", "0", "–"]
    looks_finished(visited, "workers")
    expect(page.get_by_text("Merges go on: nobody has frozen them.")).to_be_visible()
    filled.services.freeze.set("release *2.1* is going out", "ada")
    try:  # seen without loading the page again
        frozen = page.get_by_text("Merges are frozen by ada")
        expect(frozen).to_contain_text("release *2.1* is going out")
    finally:
        filled.services.freeze.lift()
