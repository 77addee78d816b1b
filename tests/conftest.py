"""What tests share: one of each kind in a worker, started by who asks first."""

import gc
import os
import tempfile
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import hypothesis
import psutil
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from redis import Redis

from tests.rolling import rolling_world
from tests.sandbox_process import SandboxProcess, sandbox_process
from tests.scripted_server import ScriptedServer, scripted_server
from tests.stacks import PATIENT_DEADLINE_S, running_world
from tests.valkey import valkey
from tests.world import World

# A worker of xdist has all the tests of a group, one after the other; without xdist they are mixed.
_IN_GROUPS = "PYTEST_XDIST_WORKER" in os.environ
_stacks = ExitStack()
_MEMORY = Path("/dev/shm")  # noqa: S108 - each makes a directory of its own in there
_ROOM_BYTES = 2_000_000_000  # all tests together take 300 MB
_NEVER_WAIT = ("tests/adversarial/", "tests/deployments/", "tests/shiploop/domain/")

# How long an example takes is the machine's doing among all the other tests: see `make bench`.
hypothesis.settings.register_profile("shiploop", deadline=None)
hypothesis.settings.load_profile("shiploop")


def pytest_configure() -> None:
    """Keep files in memory where there is room, unless TMPDIR says where: they come and go by the
    thousand, for which a file system may take a tenth of the tests' CPU.
    """
    if "TMPDIR" not in os.environ and is_roomy(_MEMORY):
        # For what the tests start, and for the tests themselves.
        os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)


def is_roomy(directory: Path) -> bool:
    """Whether one may write there, run what one has written, and there is enough room."""
    if not os.access(directory, os.W_OK | os.X_OK):
        return False
    system = os.statvfs(directory)
    room = min(system.f_bavail * system.f_frsize, psutil.virtual_memory().available)
    return room > _ROOM_BYTES and not system.f_flag & os.ST_NOEXEC


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Load without collecting garbage, and keep what was loaded out of each later collection.

    To look at it again and again was 7 % of the tests' CPU.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put last what never waits: it fills the cores by itself, when no stack is there to do so."""
    items.sort(key=lambda item: item.nodeid.startswith(_NEVER_WAIT))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, object, object]:
    """Stop a group's stacks after its last test: idle, each takes 8 % of a core."""
    try:
        return (yield)
    finally:
        if _IN_GROUPS and nextitem and group_of(item) != group_of(nextitem):
            _stacks.close()


def group_of(item: pytest.Item) -> str | None:
    """The name of the group of tests that share a stack."""
    marker = item.get_closest_marker("xdist_group")
    return marker.args[0] if marker else None


@pytest.fixture(scope="session")
def stacks() -> Iterator[ExitStack]:
    """What runs until the tests of the group are through."""
    with _stacks:
        yield _stacks


@pytest.fixture(scope="session")
def world(stacks: ExitStack) -> World:
    """A stack whose tasks have little patience."""
    return stacks.enter_context(running_world())


@pytest.fixture(scope="session")
def patient_world(stacks: ExitStack) -> World:
    """A stack whose tasks wait for rollbacks, and for other tasks' deploys."""
    return stacks.enter_context(rolling_world(deploy_deadline_s=PATIENT_DEADLINE_S))


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
