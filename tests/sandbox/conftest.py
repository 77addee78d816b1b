"""A sandbox GitHub in a thread, and a receiver for its webhooks."""

import queue
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.github.accounts import Accounts
from sandbox.github.app import build_app
from sandbox.github.state import GitHub
from sandbox.request_log import RequestLog
from sandbox.seed import seed
from sandbox.slack import Slack
from tests.loopback import NO_TLS
from tests.sandbox.github_driver import REPOSITORY, Received, Receiver, SandboxGitHub
from tests.until import wait_until

SLACK_WEBHOOK = "T000/B000/XXXX"
FAQ = "# FAQ\n\n## How do I begin?\n\nClone it.\n\n## Where are the docs?\n\nIn `docs/`.\n"
WORKFLOW = """\
name: fast
on:
  pull_request:
    paths: [docs/**]
  push:
    branches: [main]
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
      - run: test -n "$GITHUB_REPOSITORY"
  faq-gate:
    needs: [lint]
    runs-on: ubuntu-latest
    steps:
      - run: echo passed
"""


class Server:
    """One HTTP server for all tests; each puts its own sandbox behind it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._app: ASGIApp = Starlette()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request to the sandbox of the running test."""
        await self._app(scope, receive, send)

    @contextmanager
    def serving(self, github: GitHub) -> Iterator[None]:
        """Serve a sandbox for the length of a test."""
        github.url = self.url
        self._app = build_app(github, RequestLog(), Slack(github.faults, SLACK_WEBHOOK))
        github.start()
        try:
            yield
        finally:
            github.stop()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The HTTP server, in a thread."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made = Server(f"http://127.0.0.1:{listener.getsockname()[1]}")
        runner = uvicorn.Server(uvicorn.Config(made, log_config=None))
        thread = threading.Thread(target=runner.run, kwargs={"sockets": [listener]})
        thread.start()
        wait_until(lambda: runner.started)
        yield made
        runner.should_exit = True
        thread.join()


@pytest.fixture
def github(server: Server, tmp_path: Path) -> Iterator[SandboxGitHub]:
    """A sandbox whose checks are green after 20 ms; main requires `faq-gate`."""
    files, workflows = tmp_path / "files", tmp_path / "workflows"
    (files / "docs").mkdir(parents=True)
    workflows.mkdir()
    (files / "docs" / "FAQ.md").write_text(FAQ, encoding="utf-8")
    (workflows / "fast.yml").write_text(WORKFLOW, encoding="utf-8")
    tokens = "bot-token:shiploop-bot,ada-token:ada:admin,eve-token:eve:read"
    state = GitHub(tmp_path / "home", Accounts(tokens))
    seed(state, REPOSITORY, files, workflows)
    with server.serving(state), ExitStack() as clients:

        def client(token: str | None) -> httpx.Client:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            return clients.enter_context(
                httpx.Client(
                    base_url=server.url,
                    headers=headers,
                    trust_env=False,
                    timeout=30,
                    verify=NO_TLS,
                    limits=httpx.Limits(max_keepalive_connections=None),  # see `bootstrap`
                )
            )

        sandbox = SandboxGitHub(
            server.url,
            tmp_path / "home",
            bot=client("bot-token"),
            ada=client("ada-token"),
            eve=client("eve-token"),
            anonymous=client(None),
        )
        sandbox.set_latency(ci_ms=20)
        yield sandbox


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server that takes every webhook with 202."""
    received: queue.SimpleQueue[Received] = queue.SimpleQueue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            received.put(Received(headers["x-github-event"], headers, content))
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.daemon_threads = True
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        yield Receiver(f"http://127.0.0.1:{http.server_port}/hook", received)
        http.shutdown()
        thread.join()
