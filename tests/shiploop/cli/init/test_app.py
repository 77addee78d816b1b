"""`shiploop init --app` as somebody types it, with a person at the browser."""

import html
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from click import ClickException

from shiploop.cli.init.app import register_app
from shiploop.clients.github.app_manifest import fetch_app
from shiploop.errors import GitHubRefused
from shiploop.settings import Settings
from tests.loopback import NO_TLS
from tests.sandbox_process import REPOSITORY, SandboxProcess, sandbox_process

API = "https://shiploop.example"
_UNSET = ("GITHUB_TOKEN", "GITHUB_APP_ID", "GITHUB_REPO")


@pytest.fixture(scope="module")
def github(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """A sandbox in which no App is registered yet."""
    with sandbox_process(tmp_path_factory.mktemp("github"), "") as sandbox:
        yield sandbox


def press(page_url: str) -> httpx.Response:
    """Do what a person does: open the page, send its form to GitHub, and create the App there."""
    with httpx.Client(verify=NO_TLS, follow_redirects=True) as browser:
        form = browser.get(page_url).raise_for_status().text
        shown = _send(browser, page_url, form)
        assert "Create GitHub App" in shown.text
        return _send(browser, str(shown.url), shown.text)


def _send(browser: httpx.Client, page_url: str, page: str) -> httpx.Response:
    """Send the form of a page, as a browser does that tells whose page it is."""
    (action,) = re.findall(r'action="([^"]+)"', page)
    (manifest,) = re.findall(r'value="([^"]+)"', page)
    url = urljoin(page_url, html.unescape(action))
    told = {"manifest": html.unescape(manifest)}
    parts = urlsplit(page_url)
    headers = {"Origin": f"{parts.scheme}://{parts.netloc}", "Sec-Fetch-Site": "same-site"}
    if parts.netloc == urlsplit(url).netloc:
        headers["Sec-Fetch-Site"] = "same-origin"
    return browser.post(url, data=told, headers=headers).raise_for_status()


def test_an_app_is_registered_kept_installed_and_used(
    github: SandboxProcess, tmp_path: Path
) -> None:
    left_out = {name: value for name, value in os.environ.items() if name not in _UNSET}
    environment = {
        **left_out,
        "GITHUB_API_URL": github.url,
        "SHIPLOOP_API_URL": API,
        "SHIPLOOP_HOME": str(tmp_path / "home"),
        "PYTHONPATH": str(Path(__file__).resolve().parents[4]),
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, "-m", "shiploop.cli", "init", REPOSITORY, "--app", "organization"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    ) as typed:
        assert typed.stdout is not None
        try:
            first = typed.stdout.readline()
            (page_url,) = re.findall(r"http://127\.0\.0\.1:\d+/", first)
            done = press(page_url).raise_for_status()
            said = first + typed.stdout.read()
        finally:
            typed.kill()  # or it would wait for who never comes
    assert "Go on in the terminal" in done.text
    key_file, env_file = tmp_path / "shiploop-app.pem", tmp_path / ".env"
    assert {path.stat().st_mode & 0o777 for path in (key_file, env_file)} == {0o600}
    settings = Settings(_env_file=env_file)
    assert settings.github_app_private_key_file == key_file
    assert settings.github_webhook_secret is not None
    assert settings.base_branch == "main"
    assert settings.faq_paths == ("docs/FAQ.md",)
    pem = key_file.read_text()
    assert pem.startswith("-----BEGIN RSA PRIVATE KEY-----")
    secrets = (settings.github_webhook_secret.get_secret_value(), pem.splitlines()[1])
    assert not any(each in said for each in (*secrets, "code=", urlsplit(str(done.url)).query))
    assert "/apps/shiploop/installations/new" in said
    assert "Add a webhook" not in said  # the App has its own
    (pull,) = github.read("/pulls")
    assert (pull["user"]["login"], pull["draft"]) == ("shiploop[bot]", True)


def test_nothing_is_written_where_nobody_registers_one(
    github: SandboxProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings(_env_file=None, github_api_url=github.url)
    with pytest.raises(ClickException, match="in time: nothing has changed"):
        register_app(
            settings,
            github.http,
            REPOSITORY,
            of_organization=True,
            tell=lambda _: None,
            patience_s=0.1,
        )
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_not_overwritten(
    github: SandboxProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("GITHUB_REPO=acme/docs\n")
    settings = Settings(_env_file=None, github_api_url=github.url)
    with pytest.raises(ClickException, match="is there already"):
        register_app(settings, github.http, REPOSITORY, of_organization=False)


def test_a_code_is_good_once_and_never_told(github: SandboxProcess, tmp_path: Path) -> None:
    with pytest.raises(GitHubRefused) as refused:
        fetch_app(github.http, github.url, "c0de-of-nobody")
    assert "c0de" not in str(refused.value)
