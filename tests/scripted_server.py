"""A server that answers as it is told: for what the sandbox cannot be made to say."""

import ssl
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer."""

    status: int
    body: str = "{}"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScriptedServer:
    """Answers each request with the next reply; without one it hangs up."""

    url: str
    replies: deque[Reply]
    requests: list[str]
    headers: list[dict[str, str]]
    bodies: list[str]


@contextmanager
def scripted_server(tls: ssl.SSLContext | None = None) -> Iterator[ScriptedServer]:
    """Serve on a free port for the length of the block; with `tls` by https."""
    replies: deque[Reply] = deque()
    requests: list[str] = []
    headers: list[dict[str, str]] = []
    bodies: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or each body waits 40 ms for what acknowledges its headers

        def answer(self) -> None:
            bodies.append(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
            requests.append(f"{self.command} {self.path}")
            headers.append(dict(self.headers))
            if not replies:
                self.close_connection = True
                return
            reply = replies.popleft()
            self.send_response(reply.status)
            content = reply.body.encode()
            for name, value in {**reply.headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content if self.command != "HEAD" else b"")

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 - its own names

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            # The name that the certificate is for.
            host = "http://127.0.0.1" if tls is None else "https://localhost"
            url = f"{host}:{server.server_port}"
            yield ScriptedServer(url, replies, requests, headers, bodies)
        finally:
            server.shutdown()
            thread.join()
