"""A bare git repository, and the few REST routes that the site calls, on loopback."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pygit2

PERSON = pygit2.Signature("Ada", "ada@example.com")


class FakeGitHub:
    """A bare repository, and the few REST routes that the site calls."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.repository = pygit2.init_repository(path, bare=True, initial_head="main")
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.faults: dict[str, int] = {}
        self.deploy_ms = 0
        self.tokens: set[str | None] = set()

    def commit(self, files: Mapping[str, str]) -> str:
        """Commit files (the whole tree) to main and return the sha."""
        index = pygit2.Index()
        for path, text in files.items():
            blob = self.repository.create_blob(text.encode())
            index.add(pygit2.IndexEntry(path, blob, pygit2.enums.FileMode.BLOB))
        tree = index.write_tree(self.repository)
        parents = [] if self.repository.head_is_unborn else [self.repository.head.target]
        ref = "refs/heads/main"
        return str(self.repository.create_commit(ref, PERSON, PERSON, "change", tree, parents))

    def answer(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, object]:
        """Answer as GitHub and the control panel do."""
        match method, path.strip("/").split("/"):
            case "GET", ["repos", "acme", "docs"]:
                return 200, {
                    "clone_url": str(self.path),
                    "html_url": "https://github.example/acme/docs",
                    "default_branch": "main",
                    "name": "docs",
                }
            case "POST", ["repos", "acme", "docs", "deployments", *_]:
                self.calls.append((path, body))
                return 201, {"id": len(self.calls)}
            case "GET", ["_sandbox", "latency"]:
                return 200, {"deploy_ms": self.deploy_ms}
            case "GET", ["_sandbox", "faults"]:
                return 200, {name: {"times": n} for name, n in self.faults.items() if n}
            case "POST", ["_sandbox", "faults", name, "take"]:
                taken = self.faults.get(name, 0) > 0
                self.faults[name] = self.faults.get(name, 0) - taken
                return 200, {"taken": taken}
            case _:
                return 404, {"message": "Not Found"}

    def deployed_shas(self) -> list[str]:
        """The commits for which a deployment was created, in order."""
        return [body["ref"] for path, body in self.calls if path.endswith("/deployments")]

    def states(self, sha: str) -> list[str]:
        """The statuses reported for a commit, in order."""
        return [
            body["state"]
            for path, body in self.calls
            if path.endswith("/statuses") and body["log_url"].endswith(sha)
        ]


@contextmanager
def serving(github: FakeGitHub) -> Iterator[str]:
    """Serve the routes and yield their address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._answer("GET", {})

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._answer("POST", json.loads(raw or b"{}"))

        def _answer(self, method: str, body: dict[str, Any]) -> None:
            if self.path.startswith("/repos"):
                github.tokens.add(self.headers.get("Authorization"))
            status, answer = github.answer(method, self.path, body)
            payload = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
