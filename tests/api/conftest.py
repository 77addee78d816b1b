"""The API as it is served: uvicorn in a thread, over an embedded Valkey."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from redis import Redis

from api.app import create_app
from shiploop.bootstrap import build
from shiploop.settings import Settings
from shiploop.stack.addresses import free_port
from tests.loopback import NO_TLS
from tests.until import wait_until
from tests.valkey import url_of, valkey

WEBHOOK_SECRET = "a-webhook-secret"

Serve = Callable[..., httpx.Client]


@pytest.fixture(scope="session")
def running_valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """One of its own: an API writes in the background, also while other tests run."""
    with valkey(tmp_path_factory.mktemp("valkey")) as client:
        yield client


@pytest.fixture
def serve(redis: Redis) -> Iterator[Serve]:
    """Serve an API with these settings; returns a client of it."""
    with ExitStack() as servers:

        def start(**changes: Any) -> httpx.Client:
            return servers.enter_context(serving(settings(redis, **changes)))

        yield start


@pytest.fixture(scope="session")
def running_api(running_valkey: Redis) -> Iterator[httpx.Client]:
    with serving(settings(running_valkey)) as client:
        yield client


@pytest.fixture
def api(redis: Redis, running_api: httpx.Client) -> httpx.Client:
    """A client of an API over an empty Valkey, with nothing special about it."""
    return running_api


def settings(redis: Redis, **changes: Any) -> Settings:
    """Settings of an API whose site is away."""
    given: dict[str, Any] = {
        "redis_url": url_of(redis),
        "github_repo": "acme/docs",
        "github_token": "unused",
        "github_webhook_secret": WEBHOOK_SECRET,
        "site_url": f"http://127.0.0.1:{free_port()}",
    }
    return Settings(_env_file=None, **{**given, **changes})


@contextmanager
def serving(settings: Settings) -> Iterator[httpx.Client]:
    """Serve on a free port for the length of the block; yields a client."""
    services = build(settings)
    config = uvicorn.Config(
        create_app(services),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=75,  # longer than the client's, which is used by one test after another
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        wait_until(lambda: server.started)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            with httpx.Client(base_url=url, timeout=20, verify=NO_TLS) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()
