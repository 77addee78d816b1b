"""Our library's services over a real Valkey, and the stack that some of its tests look at."""

from pathlib import Path

import pytest
from redis import Redis

from shiploop.bootstrap import Services, build
from shiploop.settings import Settings
from tests.sandbox_process import REPOSITORY
from tests.valkey import url_of
from tests.world import World


@pytest.fixture(scope="session")
def world(patient_world: World) -> World:
    """A whole stack, for what has to be seen beside one."""
    return patient_world


@pytest.fixture
def redis_url(redis: Redis) -> str:
    """The address of an empty Valkey."""
    return url_of(redis)


@pytest.fixture
def services(redis_url: str, tmp_path: Path) -> Services:
    """Our services over an empty Valkey."""
    settings = Settings(
        _env_file=None,
        home=tmp_path,
        redis_url=redis_url,
        github_repo=REPOSITORY,
        github_token="unused",
    )
    return build(settings)
