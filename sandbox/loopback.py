"""How each process of the sandbox is served: on this machine only, and answering at once."""

import re
import socket
import sys

from starlette.types import ASGIApp

import webguard.serving
from webguard.guard import Guard


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


def serve(app: ASGIApp, listener: socket.socket, form_paths: re.Pattern[str] | None = None) -> None:
    """Serve until SIGTERM or SIGINT; forms of other sites' pages are taken at `form_paths`."""
    guarded = Guard(app, form_paths=form_paths)
    webguard.serving.serve(guarded, listener, timeout_graceful_shutdown=1)
