"""How each process of the sandbox is served: on this machine only, and answering at once."""

import socket
import sys

import uvicorn
from starlette.types import ASGIApp

# Longer than a client's (httpx: 5 s): when both close what is idle, a request may come in between.
_KEEP_ALIVE_S = 75


def listen(port: int) -> socket.socket:
    """Listen on a port, 0 takes any free one; ends the process where it can't."""
    try:
        listener = socket.create_server(("127.0.0.1", port))
    except OSError as error:
        sys.exit(f"sandbox: port {port} of 127.0.0.1: {error.strerror}")
    # asyncio sets this itself only on sockets made for TCP by number; without it every
    # answer waits 40 ms for the client's delayed acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def serve(app: ASGIApp, listener: socket.socket) -> None:
    """Serve until SIGTERM or SIGINT."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=1,
    )
    uvicorn.Server(config).run(sockets=[listener])
