"""The site as a process: over HTTP, against a git repository and a small fake of GitHub's API."""

import base64
import signal
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pygit2
import pytest

from sandbox.site.source import Clone
from tests.sandbox.fake_github import FakeGitHub, serving
from tests.sandbox.site_driver import TOKEN, Site, running_site, starting_site
from tests.until import until

_STOP_TIMEOUT_S = 10.0  # start and stop take half a second where nothing else runs

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
DOCUMENTS = {"README.md": "# Docs\n", "docs/FAQ.md": FAQ, "docs/guide.md": GUIDE}

pytestmark = pytest.mark.xdist_group("site")


@pytest.fixture
def new_github(tmp_path: Path) -> FakeGitHub:
    """A GitHub that no site knows yet."""
    return github_at(tmp_path / "origin.git")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FakeGitHub, Site]]:
    """One site for all tests: the start of each would take longer than most of them."""
    home = tmp_path_factory.mktemp("site")
    github = github_at(home / "origin.git")
    with serving(github) as api_url, running_site(api_url, "acme/docs", home / "site") as site:
        yield github, site


@pytest.fixture
def github(running: tuple[FakeGitHub, Site]) -> FakeGitHub:
    """The site's GitHub: nothing goes wrong, and it has been told of everything so far."""
    github, site = running
    github.faults.clear()
    github.deploy_ms = 0
    sha = github.commit(DOCUMENTS)
    site.push()
    until(lambda: github.states(sha), lambda states: states == ["in_progress", "success"])
    github.calls.clear()
    return github


@pytest.fixture
def site(running: tuple[FakeGitHub, Site], github: FakeGitHub) -> Site:
    """The site, with the documents as they were at first."""
    return running[1]


def github_at(path: Path) -> FakeGitHub:
    github = FakeGitHub(path)
    github.commit(DOCUMENTS)
    return github


def test_the_first_build_serves_the_default_branch(new_github: FakeGitHub, tmp_path: Path) -> None:
    sha = str(new_github.repository.head.target)
    with (
        serving(new_github) as api_url,
        running_site(api_url, "acme/docs", tmp_path / "site") as site,
    ):
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


def test_a_push_is_live_and_reported_as_a_deployment(github: FakeGitHub, site: Site) -> None:
    sha = github.commit({"docs/FAQ.md": FAQ.replace("make demo", "make up")})
    assert site.push() == 202
    site.wait_live(sha)
    assert "make up" in site.get("/faq").text
    until(lambda: github.states(sha), lambda states: states == ["in_progress", "success"])
    created = next(body for _, body in github.calls if body.get("ref") == sha)
    assert created["environment"] == "production"
    assert created["required_contexts"] == []
    assert created["auto_merge"] is False
    status = next(body for path, body in github.calls if path.endswith("/statuses"))
    assert status["environment_url"] == site.url
    assert "live after" in site.get(f"/builds/{sha}").text
    assert github.tokens == {f"Bearer {TOKEN}"}


def test_a_forged_webhook_is_refused_and_other_branches_are_ignored(site: Site) -> None:
    assert site.push(secret="guess") == 401
    assert site.push(ref="refs/heads/other") == 202
    assert site.client.post("/hooks/github", content=b"{}").status_code == 401


def test_a_push_whose_webhook_was_lost_is_found(github: FakeGitHub, site: Site) -> None:
    sha = github.commit({"docs/FAQ.md": FAQ + "\nMore.\n"})
    site.wait_live(sha)


def test_commits_pushed_during_a_build_are_skipped_for_the_newest(
    github: FakeGitHub, site: Site
) -> None:
    github.deploy_ms = 300
    first, *skipped, last = (_pushed(github, site, number) for number in range(5))
    site.wait_live(last)
    until(lambda: github.states(last), lambda states: states == ["in_progress", "success"])
    assert github.deployed_shas()[-1] == last
    assert len(set(github.deployed_shas()) & {first, *skipped}) <= 1


def _pushed(github: FakeGitHub, site: Site, number: int) -> str:
    sha = github.commit({"docs/FAQ.md": f"{FAQ}\nChange {number}.\n"})
    site.push()
    return sha


def test_a_commit_that_cannot_be_built_leaves_the_last_one_live(
    github: FakeGitHub, site: Site
) -> None:
    good = str(github.repository.head.target)
    bad = github.commit({"docs/guide.md": GUIDE})
    site.push()
    until(lambda: github.states(bad), lambda states: states == ["in_progress", "failure"])
    assert site.get("/healthz").json()["sha"] == good
    assert "docs/FAQ.md is missing" in site.get(f"/builds/{bad}").text


def test_a_bad_merge_breaks_every_build_that_contains_it_until_reverted(
    github: FakeGitHub, site: Site
) -> None:
    github.faults["bad_deploy"] = 1
    bad_faq = FAQ + "\n## Is it bad?\n\nYes.\n"
    for faq in (bad_faq, bad_faq + "\n## Is this one good?\n\nIt is built on the bad one.\n"):
        sha = github.commit({"docs/FAQ.md": faq})
        site.push()
        assert site.wait_live(sha).status_code == 500
        assert site.get("/faq").status_code == 500
    reverted = github.commit({"docs/FAQ.md": FAQ})
    site.push()
    assert site.wait_live(reverted).status_code == 200
    assert site.get("/faq").status_code == 200


def test_each_of_two_bad_merges_is_bad_by_itself_though_the_second_only_removes(
    github: FakeGitHub, site: Site
) -> None:
    github.faults["bad_deploy"] = 2
    answers = []
    added = FAQ + "\n## Is it bad?\n\nYes.\n"
    for faq in (added, FAQ, FAQ + "\n## Is it good?\n\nYes.\n"):
        sha = github.commit({"docs/FAQ.md": faq})
        site.push()
        answers.append(site.wait_live(sha).status_code)
    assert answers == [500, 500, 200]
    assert github.faults["bad_deploy"] == 0


def test_two_bad_merges_in_one_build_must_both_be_reverted(github: FakeGitHub, site: Site) -> None:
    github.deploy_ms = 300
    seen = _pushed(github, site, 0)
    until(github.deployed_shas, lambda shas: seen in shas)
    github.faults["bad_deploy"] = 2
    one, other = "\n## Is it bad?\n\nYes.\n", "\n## Is this one too?\n\nIt is.\n"
    github.commit({"docs/FAQ.md": FAQ + one})
    bad = github.commit({"docs/FAQ.md": FAQ + one + other})
    site.push()
    assert site.wait_live(bad).status_code == 500
    assert github.faults["bad_deploy"] == 0
    github.deploy_ms = 0
    for faq, status in ((FAQ + other, 500), (FAQ, 200)):
        sha = github.commit({"docs/FAQ.md": faq})
        site.push()
        assert site.wait_live(sha).status_code == status


def test_reverting_heals_though_the_bad_merge_also_repeated_lines(
    github: FakeGitHub, site: Site
) -> None:
    github.faults["bad_deploy"] = 1
    line = "Run `make demo`.\n"
    for faq, status in ((f"{FAQ}\n{line}", 500), (FAQ, 200)):
        sha = github.commit({"docs/FAQ.md": faq})
        site.push()
        assert site.wait_live(sha).status_code == status


def test_a_deployment_that_never_goes_live_stays_in_progress(
    github: FakeGitHub, site: Site
) -> None:
    before = site.get("/healthz").json()["sha"]
    github.faults["deploy_never_live"] = 1
    stuck = _pushed(github, site, 1)
    until(lambda: site.get(f"/builds/{stuck}").text, lambda log: "waiting" in log)
    assert github.states(stuck) in ([], ["in_progress"])
    assert site.get("/healthz").json()["sha"] == before
    site.wait_live(_pushed(github, site, 2))


def test_stale_pages_are_those_of_the_build_before_until_the_next_one(
    github: FakeGitHub, site: Site
) -> None:
    github.faults["stale_pages"] = 1
    faq, shown = FAQ, []
    for number in range(2):
        faq += f"\n## Question {number}?\n\nYes.\n"
        sha = github.commit({"docs/FAQ.md": faq})
        site.push()
        assert site.wait_live(sha).status_code == 200
        shown.append([f"Question {n}?" in site.get("/faq").text for n in range(2)])
    assert shown == [[False, False], [True, True]]


def test_flaky_health_fails_every_second_time(github: FakeGitHub, site: Site) -> None:
    github.faults["flaky_health"] = 2
    assert [site.get("/healthz").status_code for _ in range(5)] == [500, 200, 500, 200, 200]


def test_a_site_that_is_down_answers_503_to_everything(github: FakeGitHub, site: Site) -> None:
    github.faults["site_down"] = 2
    assert [site.get(path).status_code for path in ("/healthz", "/faq", "/faq")] == [503, 503, 200]


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly(new_github: FakeGitHub, tmp_path: Path, stop: signal.Signals) -> None:
    with (
        serving(new_github) as api_url,
        running_site(api_url, "acme/docs", tmp_path / "site") as site,
    ):
        site.process.send_signal(stop)
        assert site.process.wait(_STOP_TIMEOUT_S) == 0


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


def test_dozens_of_deploys_leave_few_packs_and_few_open_files(tmp_path: Path) -> None:
    origin = pygit2.init_repository(tmp_path / "origin.git", bare=True, initial_head="main")
    clone = Clone(tmp_path / "clone.git", str(tmp_path / "origin.git"), "main", "")
    first = newest = _commit_page(origin, "0")
    open_before = len(psutil.Process().open_files())
    for number in range(1, 60):
        newest = _commit_page(origin, str(number))
        assert clone.fetch() == newest
    assert len(list(tmp_path.glob("clone.git/objects/pack/*.pack"))) < 20
    assert len(psutil.Process().open_files()) - open_before < 20
    assert clone.snapshot(newest).files["README.md"].text == "59"
    assert len(clone.commits_between(first, newest)) == 59


def _commit_page(repository: pygit2.Repository, text: str) -> str:
    tree = repository.TreeBuilder()
    tree.insert("README.md", repository.create_blob(text.encode()), pygit2.enums.FileMode.BLOB)
    by = pygit2.Signature("ada", "ada@example.org", 1, 0)
    parents = [] if repository.head_is_unborn else [repository.head.target]
    commit = repository.create_commit("refs/heads/main", by, by, text, tree.write(), parents)
    return str(commit)
