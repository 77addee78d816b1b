"""The services that our steps find by themselves, over a real Valkey and a sandbox GitHub."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from redis import Redis

from shiploop.bootstrap import Services, services
from shiploop.settings import Settings
from tests.sandbox_process import BOT_TOKEN, REPOSITORY, SandboxProcess, sandbox_process
from tests.valkey import url_of

ServicesWith = Callable[..., Services]


@pytest.fixture(scope="session")
def running_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """One of its own: steps' tests commit pages to main, where others count them."""
    with sandbox_process(tmp_path_factory.mktemp("github"), app_public_key="") as sandbox:
        yield sandbox


@pytest.fixture
def services_with(
    redis: Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ServicesWith]:
    """Make this process's services, which steps find by themselves, from these settings."""
    made: list[Services] = []

    def make(**changes: Any) -> Services:
        ours: dict[str, Any] = {"github_repo": REPOSITORY, "home": tmp_path}
        ours |= {"github_token": SecretStr(BOT_TOKEN), **changes}
        settings = Settings(_env_file=None, redis_url=url_of(redis), **ours)
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
