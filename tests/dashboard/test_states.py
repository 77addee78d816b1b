"""What the pages say when there is nothing to show, and when Redis does not answer."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.live import redis_away
from shiploop.stack.addresses import free_port
from tests.browser.conftest import window
from tests.dashboard.conftest import dashboard_over
from tests.valkey import url_of, valkey

pytestmark = pytest.mark.xdist_group("dashboard")

EMPTY = {
    "runs?status=error": ["No run is one of these."],
    "runs?task=*nobody*": ["No run *nobody* is known"],
    "runs": ["No run yet: ask a question."],
    "latency": ["Nothing was merged in this time", "No run has gone through a stage"],
    "reliability": ["No run has failed in this time.", "Nothing was rolled back in this time."],
    "workers": ["No runner has shown a sign of life", "Merges go on"],
    "": ["No run has ended today yet", "No alert is firing."],
}


def says(page: Page, *sentences: str) -> None:
    for sentence in sentences:
        expect(page.get_by_text(sentence)).to_be_visible()


def test_an_empty_day_and_an_absent_redis_are_said_in_sentences(
    tmp_path: Path, chromium: Browser
) -> None:
    port = free_port()
    away = f"Redis does not answer at 127.0.0.1:{port}: the numbers come back by themselves."
    with (
        dashboard_over(f"redis://127.0.0.1:{port}", tmp_path) as url,
        window(chromium, url, 1280, "light") as visited,
    ):
        page = visited.page
        page.goto(f"{url}/runs")
        says(page, away)
        with valkey(tmp_path / "redis", port) as redis:
            assert url_of(redis).endswith(str(port))
            says(page, "No run yet: ask a question.")  # without loading the page again
            expect(page.get_by_text(away)).to_have_count(0)
            for path, sentences in EMPTY.items():
                page.goto(f"{url}/{path}")
                says(page, *sentences)
        says(page, away)
        visited.screenshot("dashboard-redis-away-1280-light")
        expect(page.get_by_test_id("stMetric")).to_have_count(0)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        assert (visited.faults, visited.strangers) == ([], set())


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("redis://:secret@redis.example:6390/0", "redis.example:6390"),
        ("rediss://redis.example", "redis.example"),
    ],
)
def test_the_address_of_an_absent_redis_is_told_without_its_password(url: str, place: str) -> None:
    sentence = f"Redis does not answer at {place}: the numbers come back by themselves."
    assert redis_away(url) == sentence
