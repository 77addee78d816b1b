"""The platform of `make sites LOOP=1`: what is merged is built, served, and told to GitHub."""

import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bench.sites.building import Generator
from bench.sites.loop_world import read_sites
from bench.sites.platform import Habits, Platform, running_platform
from bench.sites.static_site import static_site
from sandbox.site.github_api import GitHubApi
from shiploop.probe_file import read_probes
from tests.loopback import loopback
from tests.sandbox_process import BOT_TOKEN, REPOSITORY, SandboxProcess
from tests.until import wait_until

COPYING = Generator(
    name="copying",
    build=["sh", "-c", "test ! -e docs/bad.md && cp -r docs OUT && mv OUT/FAQ.md OUT/index.html"],
    files={},
)
HABITS = Habits("github-pages", "CF_PAGES_COMMIT_SHA")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "guide").mkdir()
    for path in ("index.html", "FAQ.html", "guide/index.html", "healthz"):
        (tmp_path / path).write_text(path)
    return tmp_path


@pytest.fixture
def url(folder: Path) -> Iterator[str]:
    with static_site(lambda: folder) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/", 200, "index.html"),
        ("/FAQ.html?a=b", 200, "FAQ.html"),
        ("/FAQ?a=b", 200, "FAQ.html"),
        ("/guide/", 200, "guide/index.html"),
        ("/healthz?shiploop=1", 200, "healthz"),
        ("/faq", 404, None),
        ("/FAQ/", 404, None),
        ("/guide", 301, None),
        ("/../FAQ.html", 200, "FAQ.html"),
        ("/%2e%2e/%2e%2e/etc/passwd", 404, None),
    ],
)
def test_a_page_is_served_with_or_without_its_ending(
    url: str, path: str, status: int, text: str | None
) -> None:
    answer = loopback.get(f"{url}{path}")
    assert answer.status_code == status
    assert text is None or answer.text == text


def test_a_page_of_the_sites_own_is_shown_where_there_is_none(url: str, folder: Path) -> None:
    (folder / "404.html").write_text("Nothing here.")
    answer = loopback.get(f"{url}/nowhere")
    assert (answer.status_code, answer.text) == (404, "Nothing here.")


def test_what_is_pushed_is_built_and_served_and_what_cannot_be_leaves_the_site_as_it_was(
    sandbox: SandboxProcess, tmp_path: Path
) -> None:
    headers = {"authorization": f"Bearer {BOT_TOKEN}"}
    with httpx.Client(headers=headers, trust_env=False) as http:
        api = GitHubApi(http, sandbox.url, REPOSITORY)
        with running_platform(Platform(COPYING, HABITS, tmp_path, api)) as platform:
            good = sandbox.commit({"docs/platform.md": b"good\n"})
            wait_until(lambda: states(sandbox, good)[:1] == ["success"])
            assert loopback.get(f"{platform.url}/healthz").json() == {"sha": good}
            bad = sandbox.commit({"docs/bad.md": b"bad\n"})
            wait_until(lambda: states(sandbox, bad)[:1] == ["failure"])
            assert loopback.get(f"{platform.url}/healthz").json() == {"sha": good}
            healed = sandbox.commit({"docs/bad.md": None})
            wait_until(lambda: states(sandbox, healed)[:1] == ["success"])
            assert loopback.get(f"{platform.url}/healthz").json() == {"sha": healed}


def states(sandbox: SandboxProcess, sha: str) -> list[str]:
    """What GitHub was told of a deploy of a commit, newest first."""
    found = sandbox.read("/deployments", sha=sha, environment=HABITS.environment)
    if not found:
        return []
    return [one["state"] for one in sandbox.read(f"/deployments/{found[0]['id']}/statuses")]


def test_the_sites_of_the_loop_are_five_and_two_of_them_break() -> None:
    sites = read_sites()
    assert set(sites) == {"mkdocs", "jekyll", "hugo", "vitepress", "docusaurus"}
    assert {site.ends for site in sites.values()} == {"", "deploy_failed", "unhealthy_deploy"}


def test_the_probes_of_the_loop_can_be_read(tmp_path: Path) -> None:
    from bench.sites import loop_world

    text = loop_world._PROBES.read_text() + loop_world._PROBE_OF_TEXT
    path = tmp_path / "probes.yaml"
    path.write_text(text)
    assert [each.name for each in read_probes(path, dict[str, str]().get)][-1] == "faq-text"
