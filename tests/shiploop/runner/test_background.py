"""A loop that ends takes its process along, with the reason: the stack starts it again."""

import json
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from redis import Redis

from shiploop.runner.background import Background, LoopEnded
from shiploop.stack.addresses import free_port
from tests.sandbox_process import REPOSITORY
from tests.shiploop.runner.ending_loops import REASON
from tests.valkey import url_of

PROJECT = Path(__file__).resolve().parents[3]


def test_each_loop_of_a_runner_that_ends_ends_the_process(redis: Redis) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    environment = {
        "PATH": os.environ["PATH"],
        "REDIS_URL": url_of(redis),
        "GITHUB_REPO": REPOSITORY,
        "GITHUB_TOKEN": "of-nobody",
        "GITHUB_API_URL": nowhere,
        "PREFECT_API_URL": f"{nowhere}/api",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.shiploop.runner.ending_loops"],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
    )
    ended = json.loads(done.stdout)
    assert ended
    assert [name for name, exit_code in ended if exit_code != 1] == []
    assert done.stderr.count(f"LoopEnded: end: OSError: {REASON}") == len(ended)


def test_a_loop_that_returns_too_early_has_ended_as_well(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stopping = threading.Event()
    background = Background(stopping)
    background.start(lambda _stopping: None)
    assert stopping.wait(10)
    with pytest.raises(LoopEnded, match="returned"):
        background.raise_ended()
    assert [record.levelno for record in caplog.records] == [logging.CRITICAL]


def wait(stopping: threading.Event) -> None:
    stopping.wait()


def test_loops_that_are_told_to_stop_end_in_peace() -> None:
    stopping = threading.Event()
    background = Background(stopping)
    background.start(wait)
    stopping.set()
    background.raise_ended()
