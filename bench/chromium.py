"""The browser of this machine, without a window."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from bench.world import BenchFailed

_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@contextmanager
def running_chromium(*arguments: str) -> Iterator[Browser]:
    """Run it for the length of the block. Raises BenchFailed where none is installed."""
    # The headless one does without the windows' own pages: a quarter less CPU.
    executable = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if executable is None:
        raise BenchFailed("no chromium is installed: .ci/run installs one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=[*_ARGUMENTS, *arguments]
        )
        yield browser
        browser.close()
