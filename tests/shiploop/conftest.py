"""The real outside for our library's tests: an embedded Valkey and a sandbox GitHub."""

from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from redis import Redis

from shiploop.bootstrap import Services, build
from shiploop.settings import Settings
from tests.shiploop.sandbox_process import REPOSITORY, SandboxProcess, sandbox_process
from tests.shiploop.scripted_server import ScriptedServer, scripted_server
from tests.valkey import url_of, valkey
from tests.world import World


@pytest.fixture(scope="session")
def world(patient_world: World) -> World:
    """A whole stack, for what has to be seen beside one."""
    return patient_world


@pytest.fixture(scope="session")
def running_valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    with valkey(tmp_path_factory.mktemp("valkey")) as redis:
        yield redis


@pytest.fixture
def redis(running_valkey: Redis) -> Redis:
    """A client of an empty Valkey."""
    running_valkey.flushall()
    return running_valkey


@pytest.fixture
def redis_url(redis: Redis) -> str:
    """The address of an empty Valkey."""
    return url_of(redis)


@pytest.fixture
def services(redis_url: str) -> Services:
    """Our services over an empty Valkey."""
    settings = Settings(
        _env_file=None, redis_url=redis_url, github_repo=REPOSITORY, github_token="unused"
    )
    return build(settings)


@pytest.fixture(scope="session")
def app_key() -> rsa.RSAPrivateKey:
    """The GitHub App's private key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="session")
def running_sandbox(
    tmp_path_factory: pytest.TempPathFactory, app_key: rsa.RSAPrivateKey
) -> Iterator[SandboxProcess]:
    public_key = app_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    with sandbox_process(tmp_path_factory.mktemp("github"), public_key.decode()) as sandbox:
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
