"""A real Valkey for tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis

from shiploop.stack.addresses import free_port
from shiploop.stack.embedded_servers import embedded_redis


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
