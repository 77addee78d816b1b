"""The pages that people see, in a real browser: wide and narrow, light and dark."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from shiploop.agents.faq.answering.answer import plain_texts
from shiploop.agents.faq.document.document import entries
from tests.browser.conftest import Open, Scheme
from tests.world import World

QUESTION = "What is phase 10: more kinds of tasks?"

pytestmark = [
    pytest.mark.xdist_group("world"),
    pytest.mark.parametrize("width_px", [1280, 390]),
    pytest.mark.parametrize("scheme", ["light", "dark"]),
]


@pytest.fixture(scope="module")
def task(world: World) -> dict[str, Any]:
    """A question whose answer is live."""
    settled = world.settle(QUESTION)
    assert settled["status"] == "done", settled
    return settled


def letters(text: str) -> str:
    """A text without what Markdown and typography make different."""
    return "".join(character for character in text if character.isalnum())


def is_dark(page: Page) -> bool:
    """Whether the text is brighter than half, as it is on a dark page."""
    colour = page.evaluate("getComputedStyle(document.body).color")
    channels = [float(part) for part in colour.partition("(")[2].rstrip(")").split(",")[:3]]
    return sum(channels) / 3 > 127


def test_the_live_entry_is_scrolled_to_and_shows_the_answer(
    world: World, task: dict[str, Any], visit: Open, width_px: int, scheme: Scheme
) -> None:
    visited = visit(task["entry_url"], width_px, scheme)
    visited.screenshot(f"faq-{width_px}-{scheme}")
    anchor = task["entry_url"].partition("#")[2]
    heading = visited.page.locator(f"[id='{anchor}']")
    expect(heading).to_have_text(QUESTION)
    expect(heading).to_be_in_viewport(ratio=1)
    (entry,) = (each for each in entries(world.document()) if each.trace_id == task["task_id"])
    assert letters("".join(plain_texts(entry.answer))) in letters(
        visited.page.locator("main").inner_text()
    )
    assert is_dark(visited.page) == (scheme == "dark")
    assert (visited.faults, visited.strangers, visited.overflow_px()) == ([], set(), 0)


def test_the_pull_request_shows_its_title_its_checks_and_its_diff(
    task: dict[str, Any], visit: Open, width_px: int, scheme: Scheme
) -> None:
    visited = visit(task["pr_url"], width_px, scheme)
    visited.screenshot(f"pull-request-{width_px}-{scheme}")
    expect(visited.page.get_by_role("heading", level=1)).to_contain_text(QUESTION)
    expect(visited.page.get_by_text("faq-gate: success")).to_be_visible()
    expect(visited.page.locator("ins", has_text=QUESTION)).to_be_visible()
    assert is_dark(visited.page) == (scheme == "dark")
    assert (visited.faults, visited.strangers, visited.overflow_px()) == ([], set(), 0)


def test_the_documentation_of_the_api_needs_nothing_from_elsewhere(
    world: World, visit: Open, width_px: int, scheme: Scheme
) -> None:
    visited = visit(f"{world.addresses.api}/docs", width_px, scheme)
    expect(visited.page.get_by_text("/api/agent/faq", exact=True)).to_be_visible()
    visited.screenshot(f"api-docs-{width_px}-{scheme}")
    assert (visited.faults, visited.strangers, visited.overflow_px()) == ([], set(), 0)
