"""A Redis that can be killed and started again on what it has written."""

from pathlib import Path

from shiploop.embedded import embedded_redis


class RestartableRedis:
    """A Valkey with append-only persistence that can be killed and started again."""

    def __init__(self, port: int, data: Path) -> None:
        self._port = port
        self._data = data
        self._server = embedded_redis(port, data)
        self.pid = self._server.__enter__()

    def start_again(self) -> None:
        """Start it again on what it has written, once it is dead."""
        self.stop()
        self._server = embedded_redis(self._port, self._data)
        self.pid = self._server.__enter__()

    def stop(self) -> None:
        """Stop it, or reap it."""
        self._server.__exit__(None, None, None)
