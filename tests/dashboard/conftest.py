"""The dashboard as a process over a real Valkey, and the browser that looks at it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from redis import Redis

from shiploop.bootstrap import Services, build
from shiploop.settings import Settings
from shiploop.stack.addresses import free_port
from tests.browser.conftest import chromium  # noqa: F401 - a fixture
from tests.dashboard.filled import fill_day
from tests.dashboard.filled_upkeep import decline_questions, keep_entries
from tests.loopback import loopback
from tests.until import wait_until
from tests.valkey import url_of, valkey

PROJECT = Path(__file__).resolve().parents[2]
_PREFECT = "http://127.0.0.1:4200"


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A dashboard that runs, what it shows, and the Redis below it."""

    url: str
    services: Services
    redis: Redis


def services_over(redis: Redis) -> Services:
    """The services as the dashboard's own process has them."""
    settings = Settings(
        _env_file=None, redis_url=url_of(redis), github_repo="acme/docs", github_token="unused"
    )
    return build(settings)


@contextmanager
def dashboard_over(redis_url: str, directory: Path) -> Iterator[str]:
    """Run the dashboard until the end of the block; yields its address."""
    port, log = free_port(), directory / "dashboard.log"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(directory),
        "REDIS_URL": redis_url,
        "GITHUB_REPO": "acme/docs",
        "GITHUB_TOKEN": "unused",
        "PREFECT_API_URL": f"{_PREFECT}/api",
        "SHIPLOOP_SENTRY_PROJECT": "acme/docs",
        "SHIPLOOP_DASHBOARD_PORT": str(port),
    }
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "dashboard"],
            cwd=PROJECT,
            env=environment,
            stdout=file,
            stderr=file,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _answers(url) or process.poll() is not None, 90.0)
        assert process.poll() is None, log.read_text()
        yield url
    finally:
        process.terminate()
        process.wait(10)
        assert "Traceback" not in log.read_text(), log.read_text()[-3000:]


def _answers(url: str) -> bool:
    try:
        return loopback.get(f"{url}/_stcore/health").is_success
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """A dashboard over a day that had everything in it."""
    directory = tmp_path_factory.mktemp("filled")
    with valkey(directory / "redis") as redis:
        services = services_over(redis)
        now = datetime.now(UTC)
        fill_day(services, now)
        keep_entries(services, now)
        decline_questions(services, now)
        with dashboard_over(url_of(redis), directory) as url:
            yield Dashboard(url, services, redis)
