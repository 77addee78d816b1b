"""The pages of entries and gaps in a real browser."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from shiploop.domain.upkeep.kept import Standing
from tests.browser.conftest import Visit, window
from tests.dashboard.conftest import Dashboard
from tests.dashboard.filled_upkeep import ENTRIES, decline_questions
from tests.dashboard.test_pages import WIDTHS_PX, is_ready, looks_finished, questions
from tests.until import wait_until

pytestmark = pytest.mark.xdist_group("dashboard")

_QUICK_S = 5.0


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


def states(page: Page) -> list[str]:
    return page.locator("table.ship tbody tr td:nth-child(2)").all_inner_texts()


def test_entries_show_first_what_is_not_so_any_more(
    filled: Dashboard, visited: Visit, page: Page
) -> None:
    page.goto(f"{filled.url}/entries")
    is_ready(page)
    shown = states(page)
    assert len(shown) == 50
    assert shown[0] == "gone"
    assert shown[-1] == "current"
    assert set(shown) == {str(each) for each in Standing}
    page.get_by_text("asked again", exact=True).first.wait_for()
    looks_finished(visited, "entries")


def test_entries_are_filtered_and_read_in_pages(filled: Dashboard, page: Page) -> None:
    begun = time.monotonic()
    page.goto(f"{filled.url}/entries?state=current")
    is_ready(page)
    assert time.monotonic() - begun < _QUICK_S
    kept = filled.services.kept_records.read("faq").values()
    current = [one for one in kept if one.standing is Standing.CURRENT]
    assert len(kept) == ENTRIES
    first = questions(page)
    page.get_by_role("link", name="More →").click()
    expect(page.get_by_role("link", name="← Back")).to_be_visible()
    wait_until(lambda: len(questions(page)) == 50 and not set(questions(page)) & set(first))
    page.goto(f"{filled.url}/entries?state=current&from={len(current) - 2}")
    is_ready(page)
    assert len(questions(page)) == 2
    page.goto(f"{filled.url}/entries?from=99999")
    expect(page.get_by_text("No entry is one of these.")).to_be_visible()


def test_gaps_show_what_is_most_wanted(filled: Dashboard, visited: Visit, page: Page) -> None:
    page.goto(f"{filled.url}/gaps")
    is_ready(page)
    asked = page.locator("table.ship tbody tr td:nth-child(2)").all_inner_texts()
    assert (questions(page)[0], asked[0]) == ("Can I export to Parquet?", "13")
    assert "Does it <b>run</b> on ARM | [or](http://elsewhere.example) not?" in questions(page)
    looks_finished(visited, "gaps")
    decline_questions(filled.services, datetime.now(UTC))  # seen without loading the page again
    wait_until(lambda: "26" in page.locator("table.ship tbody tr").first.inner_text())
