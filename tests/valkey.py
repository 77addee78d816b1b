"""A real Valkey for tests."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis

from shiploop.embedded import embedded_redis


@contextmanager
def valkey(data: Path, port: int | None = None) -> Iterator[Redis]:
    """Run Valkey for the length of the block, on a free port by default; yields a client."""
    port = port or free_port()
    with (
        embedded_redis(port, data),
        Redis(port=port, decode_responses=True, legacy_responses=False) as redis,
    ):
        yield redis


def url_of(redis: Redis) -> str:
    """The address that a client is connected to."""
    return f"redis://127.0.0.1:{redis.connection_pool.connection_kwargs['port']}"


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
