"""A link of so many bits a second: passes on between a port of its own and one of this machine."""

import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

_HOST: Final = "127.0.0.1"
_CHUNK_BYTES: Final = 16_384


class SlowLink:
    """All connections share the rate, each way has its own; counts the bytes that came back."""

    def __init__(self, port: int, bits_a_second: int) -> None:
        self._upstream = port
        self._listener = socket.create_server((_HOST, 0))
        self.port = int(self._listener.getsockname()[1])
        self._to, self._back = _Rate(bits_a_second / 8), _Rate(bits_a_second / 8)

    def __enter__(self) -> Self:
        """Begin to listen."""
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Listen no more."""
        self._listener.close()

    @property
    def bytes_back(self) -> int:
        """So many bytes have come back from upstream."""
        return self._back.bytes_passed

    def _accept(self) -> None:
        with suppress(OSError):  # closed: it is over
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection((_HOST, self._upstream))
                for way in ((client, server, self._to), (server, client, self._back)):
                    threading.Thread(target=_pump, args=way, daemon=True).start()


class _Rate:
    def __init__(self, bytes_a_second: float) -> None:
        self._bytes_a_second = bytes_a_second
        self._lock = threading.Lock()
        self._free_at = 0.0
        self.bytes_passed = 0

    def wait(self, size: int) -> None:
        """Return when so many bytes would have passed."""
        with self._lock:
            self.bytes_passed += size
            begin = max(time.monotonic(), self._free_at)
            self._free_at = begin + size / self._bytes_a_second
            due_at = self._free_at
        time.sleep(max(0.0, due_at - time.monotonic()))


def _pump(source: socket.socket, sink: socket.socket, rate: _Rate) -> None:
    with suppress(OSError):
        while data := source.recv(_CHUNK_BYTES):
            rate.wait(len(data))
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
