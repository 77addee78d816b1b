"""The real outside for our steps' tests: an embedded Valkey, a sandbox GitHub, a scripted site."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic import SecretStr
from redis import Redis

from shiploop.bootstrap import Services, services
from shiploop.settings import Settings
from tests.shiploop.sandbox_process import BOT_TOKEN, REPOSITORY, SandboxProcess, sandbox_process
from tests.shiploop.scripted_server import ScriptedServer, scripted_server
from tests.valkey import url_of, valkey

ServicesWith = Callable[..., Services]


@pytest.fixture(scope="session")
def running_valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    with valkey(tmp_path_factory.mktemp("valkey")) as client:
        yield client


@pytest.fixture
def redis(running_valkey: Redis) -> Redis:
    """A client of an empty Valkey."""
    running_valkey.flushall()
    return running_valkey


@pytest.fixture(scope="session")
def running_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with sandbox_process(tmp_path_factory.mktemp("github"), app_public_key="") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: SandboxProcess) -> SandboxProcess:
    """A sandbox GitHub that works, with checks that are green after 20 ms."""
    running_sandbox.reset()
    return running_sandbox


@pytest.fixture
def scripted() -> Iterator[ScriptedServer]:
    """A server that answers as it is told."""
    with scripted_server() as server:
        yield server


@pytest.fixture
def services_with(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> Iterator[ServicesWith]:
    """Make this process's services, which steps find by themselves, from these settings."""
    made: list[Services] = []

    def make(**changes: Any) -> Services:
        settings = Settings(
            _env_file=None,
            redis_url=url_of(redis),
            github_repo=REPOSITORY,
            github_token=SecretStr(BOT_TOKEN),
            **changes,
        )
        for name, value in settings.as_environment().items():
            monkeypatch.setenv(name, value)
        services.cache_clear()
        made.append(services())
        return made[-1]

    yield make
    services.cache_clear()
    for each in made:  # in a process they stay open as long as it lives
        each.github._transport._http.close()  # type: ignore[attr-defined]
        each.site._http.close()
