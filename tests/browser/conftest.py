"""A real browser, and what it saw on its way to a page."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from bench.chromium import running_chromium
from bench.world import BenchFailed

SCREENSHOTS = Path(__file__).resolve().parents[2] / ".shiploop" / "screenshots"
_HEIGHT_PX = 900
# A page that is slow among other tests is no wrong page; playwright gives it 5 s.
expect.set_options(timeout=30_000)

Scheme = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class Visit:
    """An open page, with what went wrong on it and whom else it asked for something."""

    page: Page
    faults: list[str] = field(default_factory=list)
    strangers: set[str] = field(default_factory=set)

    def overflow_px(self) -> int:
        """By how much the page is wider than its window."""
        root = "document.documentElement"
        return int(self.page.evaluate(f"{root}.scrollWidth - {root}.clientWidth"))

    def screenshot(self, name: str) -> None:
        """Keep what is to be seen now."""
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")


Open = Callable[[str, int, Scheme], Visit]


# No longer than its module: while it lives, its thread has a running event loop.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser of this machine."""
    with ExitStack() as browsers:
        try:
            browser = browsers.enter_context(running_chromium())
        except BenchFailed as missing:
            pytest.skip(str(missing))
        yield browser


@pytest.fixture(scope="module")
def visit(chromium: Browser) -> Iterator[Open]:
    """Open an address in a window of a width in pixels and a colour scheme.

    There is one window for each address: what it has loaded once, it has.
    """
    visits: dict[str, Visit] = {}
    with ExitStack() as windows:

        def open_page(url: str, width_px: int, scheme: Scheme) -> Visit:
            if url not in visits:
                visits[url] = windows.enter_context(window(chromium, url, width_px, scheme))
            page = visits[url].page
            page.set_viewport_size({"width": width_px, "height": _HEIGHT_PX})
            page.emulate_media(color_scheme=scheme)
            page.goto("about:blank")  # to the address that it is at, a page only scrolls
            page.goto(url, wait_until="networkidle")
            return visits[url]

        yield open_page


@contextmanager
def window(browser: Browser, url: str, width_px: int, scheme: Scheme) -> Iterator[Visit]:
    page = browser.new_page(viewport={"width": width_px, "height": _HEIGHT_PX}, color_scheme=scheme)
    visit = Visit(page)
    ours = urlsplit(url).netloc
    page.on(
        "console",
        lambda message: visit.faults.append(message.text) if message.type == "error" else None,
    )
    page.on("pageerror", lambda error: visit.faults.append(str(error)))
    page.on(
        "request",
        lambda request: visit.strangers.update({urlsplit(request.url).netloc} - {ours, ""}),
    )
    yield visit
    page.close()
