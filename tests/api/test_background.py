"""A loop of the API that ends takes its process along, with the reason."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from api.background import start_loop
from tests.api.ending_loop import REASON

PROJECT = Path(__file__).resolve().parents[2]


def test_a_loop_that_ends_ends_the_process() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.api.ending_loop"],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode in (-signal.SIGTERM, 128 + signal.SIGTERM)
    assert "the loop the loop has ended, so this process ends" in done.stderr
    assert f"OSError: {REASON}" in done.stderr


def test_a_loop_that_is_cancelled_ends_in_peace(caplog: pytest.LogCaptureFixture) -> None:
    async def cancelled() -> None:
        task = start_loop("the loop", asyncio.sleep(3600))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(cancelled())
    assert caplog.records == []
