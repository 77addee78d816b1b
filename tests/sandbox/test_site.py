"""The site as a process: over HTTP, against a git repository and a small fake of GitHub's API."""

import base64
import json
import signal
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pygit2
import pytest

from sandbox.site.source import Clone
from tests.sandbox.site_driver import TOKEN, Site, running_site, starting_site, until

PERSON = pygit2.Signature("Ada", "ada@example.com")

FAQ = """# Questions

A short introduction.

## What is shiploop?

It ships [answers](guide.md#a-first-step), see [the code](../src/main.py).

<!-- shiploop:entry how-do-i-start-1a2b3c4d hash=00 trace=t-1 -->
## How do I start?

Run `make demo`.

<!-- /shiploop:entry how-do-i-start-1a2b3c4d -->
"""
GUIDE = "# Guide\n\n## A first step\n\nBack to [the FAQ](FAQ.md#how-do-i-start).\n"


class World:
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
        parents = [] if self.repository.head_is_unborn else [self.repository.head.target]
        tree = self._tree({path.split("/", 1)[0]: None for path in files}, files)
        ref = "refs/heads/main"
        return str(self.repository.create_commit(ref, PERSON, PERSON, "change", tree, parents))

    def _tree(self, names: Mapping[str, None], files: Mapping[str, str]) -> pygit2.Oid:
        builder = self.repository.TreeBuilder()
        for name in names:
            if name in files:
                blob = self.repository.create_blob(files[name].encode())
                builder.insert(name, blob, pygit2.enums.FileMode.BLOB)
            else:
                inner = {
                    path.split("/", 1)[1]: text
                    for path, text in files.items()
                    if path.startswith(f"{name}/")
                }
                folder = self._tree({path.split("/", 1)[0]: None for path in inner}, inner)
                builder.insert(name, folder, pygit2.enums.FileMode.TREE)
        return builder.write()

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


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path / "origin.git")
    world.commit({"README.md": "# Docs\n", "docs/FAQ.md": FAQ, "docs/guide.md": GUIDE})
    return world


@contextmanager
def serve(world: World) -> Iterator[str]:
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
                world.tokens.add(self.headers.get("Authorization"))
            status, answer = world.answer(method, self.path, body)
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


@pytest.fixture
def site(world: World, tmp_path: Path) -> Iterator[Site]:
    with serve(world) as api_url, running_site(api_url, "acme/docs", tmp_path / "site") as site:
        yield site


def test_the_first_build_serves_the_default_branch(world: World, site: Site) -> None:
    sha = str(world.repository.head.target)
    answer = site.get("/healthz")
    assert answer.json()["sha"] == sha
    assert answer.json()["status"] == "ok"
    assert answer.json()["deployed_at"].endswith("+00:00")
    page = site.get("/faq")
    assert page.status_code == 200
    assert page.headers["X-Commit-Sha"] == sha
    assert "script" not in page.headers["Content-Security-Policy"]


def test_each_entry_and_heading_has_its_anchor_and_a_place_in_the_contents(site: Site) -> None:
    page = site.get("/faq").text
    assert '<h2 id="how-do-i-start-1a2b3c4d">How do I start?</h2>' in page
    assert '<a href="#how-do-i-start-1a2b3c4d">How do I start?</a>' in page
    assert '<h2 id="what-is-shiploop">What is shiploop?</h2>' in page
    assert "shiploop:entry" not in page


def test_links_between_pages_work_on_the_site(site: Site) -> None:
    page = site.get("/faq").text
    assert '<a href="/docs/guide#a-first-step">answers</a>' in page
    assert 'href="https://github.example/acme/docs/blob/main/src/main.py"' in page
    guide = site.get("/docs/guide.md").text
    assert '<h2 id="a-first-step">' in guide
    assert '<a href="/faq#how-do-i-start">the FAQ</a>' in guide
    index = site.get("/").text
    assert '<a href="/faq">Questions</a>' in index
    assert '<a href="/docs/guide">Guide</a>' in index
    assert site.get("/docs/absent").status_code == 404


def test_a_push_is_live_and_reported_as_a_deployment(world: World, site: Site) -> None:
    sha = world.commit({"docs/FAQ.md": FAQ.replace("make demo", "make up")})
    assert site.push() == 202
    site.wait_live(sha)
    assert "make up" in site.get("/faq").text
    until(lambda: world.states(sha), lambda states: states == ["in_progress", "success"])
    created = next(body for _, body in world.calls if body.get("ref") == sha)
    assert created["environment"] == "production"
    assert created["required_contexts"] == []
    assert created["auto_merge"] is False
    status = next(body for path, body in world.calls if path.endswith("/statuses"))
    assert status["environment_url"] == site.url
    assert "live after" in site.get(f"/builds/{sha}").text
    assert world.tokens == {f"Bearer {TOKEN}"}


def test_a_forged_webhook_is_refused_and_other_branches_are_ignored(site: Site) -> None:
    assert site.push(secret="guess") == 401
    assert site.push(ref="refs/heads/other") == 202
    assert site.client.post("/hooks/github", content=b"{}").status_code == 401


def test_a_push_whose_webhook_was_lost_is_found(world: World, site: Site) -> None:
    sha = world.commit({"docs/FAQ.md": FAQ + "\nMore.\n"})
    site.wait_live(sha)


def test_commits_pushed_during_a_build_are_skipped_for_the_newest(world: World, site: Site) -> None:
    world.deploy_ms = 300
    first, *skipped, last = (_pushed(world, site, number) for number in range(5))
    site.wait_live(last)
    until(lambda: world.states(last), lambda states: states == ["in_progress", "success"])
    assert world.deployed_shas()[-1] == last
    assert len(set(world.deployed_shas()) & {first, *skipped}) <= 1


def _pushed(world: World, site: Site, number: int) -> str:
    sha = world.commit({"docs/FAQ.md": f"{FAQ}\nChange {number}.\n"})
    site.push()
    return sha


def test_a_commit_that_cannot_be_built_leaves_the_last_one_live(world: World, site: Site) -> None:
    good = str(world.repository.head.target)
    bad = world.commit({"docs/guide.md": GUIDE})
    site.push()
    until(lambda: world.states(bad), lambda states: states == ["in_progress", "failure"])
    assert site.get("/healthz").json()["sha"] == good
    assert "docs/FAQ.md is missing" in site.get(f"/builds/{bad}").text


def test_a_bad_merge_breaks_every_build_that_contains_it_until_reverted(
    world: World, site: Site
) -> None:
    world.faults["bad_deploy"] = 1
    bad_faq = FAQ + "\n## Is it bad?\n\nYes.\n"
    for faq in (bad_faq, bad_faq + "\n## Is this one good?\n\nIt is built on the bad one.\n"):
        sha = world.commit({"docs/FAQ.md": faq})
        site.push()
        assert site.wait_live(sha).status_code == 500
        assert site.get("/faq").status_code == 500
    reverted = world.commit({"docs/FAQ.md": FAQ})
    site.push()
    assert site.wait_live(reverted).status_code == 200
    assert site.get("/faq").status_code == 200


def test_a_deployment_that_never_goes_live_stays_in_progress(world: World, site: Site) -> None:
    before = site.get("/healthz").json()["sha"]
    world.faults["deploy_never_live"] = 1
    stuck = _pushed(world, site, 1)
    until(lambda: site.get(f"/builds/{stuck}").text, lambda log: "waiting" in log)
    assert world.states(stuck) in ([], ["in_progress"])
    assert site.get("/healthz").json()["sha"] == before
    site.wait_live(_pushed(world, site, 2))


def test_flaky_health_fails_every_second_time(world: World, site: Site) -> None:
    world.faults["flaky_health"] = 2
    assert [site.get("/healthz").status_code for _ in range(5)] == [500, 200, 500, 200, 200]


def test_a_site_that_is_down_answers_503_to_everything(world: World, site: Site) -> None:
    world.faults["site_down"] = 2
    assert [site.get(path).status_code for path in ("/healthz", "/faq", "/faq")] == [503, 503, 200]


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_within_a_second(
    world: World, tmp_path: Path, stop: signal.Signals
) -> None:
    with serve(world) as api_url, running_site(api_url, "acme/docs", tmp_path / "site") as site:
        site.process.send_signal(stop)
        assert site.process.wait(1.0) == 0


def test_it_waits_for_github_and_says_so(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    with starting_site(f"http://127.0.0.1:{port}", "acme/docs", tmp_path / "site") as site:
        answer = site.get("/healthz")
        assert (answer.status_code, answer.json()) == (503, {"status": "starting"})
        assert site.get("/faq").status_code == 503
    assert site.process.returncode == 0


def test_the_token_answers_a_401_and_stands_in_no_url(tmp_path: Path) -> None:
    asked: list[tuple[str, str | None]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers.get("Authorization")))
            self.send_response(404 if self.headers.get("Authorization") else 401)
            self.send_header("WWW-Authenticate", 'Basic realm="GitHub"')
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/acme/docs.git"
        clone = Clone(tmp_path / "clone.git", url, "main", "token-1")
        with pytest.raises(pygit2.GitError):
            clone.fetch()
        server.shutdown()
        thread.join()
    path = "/acme/docs.git/info/refs?service=git-upload-pack"
    credentials = base64.b64encode(b"x-access-token:token-1").decode()
    assert asked == [(path, None), (path, f"Basic {credentials}")]
