"""Serves an ASGI application, and ends requests that are never sent whole."""

import asyncio
import socket
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# Longer than a client's (httpx: 5 s, nginx: 60 s): when both close what is idle, a request may come
# in between.
KEEP_ALIVE_S = 75

_TIMED_OUT = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class PromptHttp(HttpToolsProtocol):
    """Uvicorn's protocol, which by itself waits for ever for the rest of a request."""

    # From the first byte of a request, or from the connection, to the last byte of its body:
    # GitHub gives a delivery 10 s in all.
    request_timeout_s = 10.0

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Wait for a request, whatever came that does not begin one."""
        super().data_received(data)
        is_ours = self.transport.get_protocol() is self  # else it is a websocket by now
        if is_ours and self._deadline is None and self._is_idle():
            self._wait()

    def on_message_begin(self) -> None:
        """Wait for the rest."""
        super().on_message_begin()
        self._wait()

    def on_message_complete(self) -> None:
        """The request is there; what follows takes as long as it takes."""
        self._wait_no_more()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """The connection belongs to another protocol from now on."""
        self._wait_no_more()
        super().handle_websocket_upgrade()

    def _wait(self) -> None:
        self._wait_no_more()
        self._deadline = self.loop.call_later(self.request_timeout_s, self._give_up)

    def _wait_no_more(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _give_up(self) -> None:
        if self.transport.is_closing():
            return
        if self._is_idle():
            self.transport.write(_TIMED_OUT)
        self.transport.close()


def serve(app: ASGIApp, listener: socket.socket | None = None, **options: Any) -> None:  # noqa: ANN401
    """Serve on a socket, or on the `host` and `port` of `options`, until SIGTERM or SIGINT.

    `options` are uvicorn's.
    """
    ours: dict[str, Any] = {
        "http": PromptHttp,
        "proxy_headers": False,  # whoever sends X-Forwarded-For could be anybody
        "log_config": None,
        "access_log": False,
        "timeout_keep_alive": KEEP_ALIVE_S,
    }
    server = uvicorn.Server(uvicorn.Config(app, **ours | options))
    server.run(sockets=None if listener is None else [listener])
