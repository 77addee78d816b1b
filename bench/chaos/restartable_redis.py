"""A Redis that can be killed and started again on what it has written."""

import os
import signal
from pathlib import Path

from shiploop.stack.addresses import redis_address, socket_of
from shiploop.stack.embedded_servers import embedded_redis


class RestartableRedis:
    """An embedded server as the stack starts it, with append-only persistence."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._start()

    @property
    def url(self) -> str:
        """Where it listens, whenever it does."""
        return redis_address(self._data)

    def kill(self) -> None:
        """End it with SIGKILL: what it has not written is gone."""
        os.kill(self._pid, signal.SIGKILL)
        self.stop()

    def start_again(self) -> None:
        """Start it on what it has written."""
        self._start()

    def stop(self) -> None:
        """Stop it, or reap it."""
        self._server.__exit__(None, None, None)

    def _start(self) -> None:
        self._server = embedded_redis(socket_of(self.url), self._data)
        self._pid = self._server.__enter__().pid
