"""A GitHub, a platform that builds by a real generator, and our stack that is told of both.

With GITHUB_REPO set the stack starts no sandbox: the same GitHub is started here, without its site.
"""

import base64
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copy, copytree
from typing import Any, Final

import httpx
import yaml
from pydantic import SecretStr

from bench.sites.building import Generator, read_generators
from bench.sites.platform import Habits, Platform, running_platform
from bench.world import stack_settings
from sandbox.site.github_api import GitHubApi
from shiploop.agents.faq.document.document import FAQ_PATH
from shiploop.cli.api_client import ApiClient
from shiploop.domain.delivery.task import Status
from shiploop.domain.delivery.webhook_facts import WEBHOOK_EVENTS
from shiploop.errors import ShiploopError
from shiploop.settings import Settings
from shiploop.stack.addresses import free_port
from shiploop.stack.process import Process
from shiploop.stack.stack import Stack

_HERE: Final = Path(__file__).resolve().parent
_SITES: Final = _HERE / "loop.yaml"
_SHELVES: Final = _HERE / "shelves"
_PROBES: Final = _HERE.parents[1] / "deployments" / "probes.yaml"
_RULES: Final = _HERE.parents[1] / "sandbox" / "sample_repository" / ".rumdl.toml"
_WORKFLOWS: Final = "deployments/github/workflows"
_REPOSITORY: Final = "acme/shelves"
_START_TIMEOUT_S: Final = 120.0
_BUILD_TIMEOUT_S: Final = 300
_PATIENCE_S: Final = 900.0
_LOOK_S: Final = 0.3
# A page that is there, and empty, is not well.
_PROBE_OF_TEXT: Final = """
  - name: faq-text
    url: "{faq}"
    text: Questions that were asked more than once.
"""


class NotAsItShould(ShiploopError):
    """Something did not end as it should on a site; the message says how it did."""


@dataclass(frozen=True, slots=True)
class Site:
    """A site of loop.yaml; `ends` is how a merge ends that it cannot bear, empty without one."""

    generator: Generator
    habits: Habits
    ends: str
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class LoopWorld:
    """All of it, running."""

    name: str
    platform: Platform
    api: ApiClient
    github: httpx.Client = field(repr=False)

    def settled(self, question: str) -> dict[str, Any]:
        """Ask, and wait for how it ends. Raises NotAsItShould."""
        task_id = str(self.api.ask(question)["task_id"])
        return self.wait(task_id, lambda task: Status(task["status"]).settled)

    def wait(self, task_id: str, arrived: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The task, once something is so of it. Raises NotAsItShould."""
        give_up_at = time.monotonic() + _PATIENCE_S
        while not arrived(task := self.api.task(task_id)):
            if time.monotonic() > give_up_at:
                raise NotAsItShould(f"nothing more came of it: {task}")
            time.sleep(_LOOK_S)
        return task

    def document(self) -> bytes:
        """The FAQ on main."""
        told = self.github.get(f"/repos/{_REPOSITORY}/contents/{FAQ_PATH}").raise_for_status()
        return base64.b64decode(told.json()["content"])


def read_sites() -> dict[str, Site]:
    """The sites of loop.yaml, by name."""
    generators = read_generators()
    told = yaml.safe_load(_SITES.read_text(encoding="utf-8"))
    return {
        name: Site(
            generators[name],
            Habits(**fields["platform"]),
            fields.get("ends", ""),
            {**generators[name].files, **fields.get("files", {})},
        )
        for name, fields in told.items()
    }


@contextmanager
def running_world(site: Site, installed: Path, home: Path) -> Iterator[LoopWorld]:
    """Start everything, and wait for the first build. Raises NotAsItShould."""
    tokens = {login: secrets.token_hex(20) for login in ("shiploop-bot", "platform", "ada")}
    with ExitStack() as parts:
        url = parts.enter_context(_github(_repository(site, home / "files"), tokens, home))
        github = parts.enter_context(_client(url, tokens["ada"]))
        api = GitHubApi(parts.enter_context(_client(url, tokens["platform"])), url, _REPOSITORY)
        platform = Platform(site.generator, site.habits, installed, api)
        parts.enter_context(running_platform(platform))
        _await_first_build(platform)
        settings = _settings(home, url, platform.url, tokens["shiploop-bot"])
        addresses = parts.enter_context(Stack(settings, lambda process: None))
        _add_webhook(github, f"{addresses.api}/webhooks/github", settings)
        asked = ApiClient(addresses.api)
        parts.callback(asked.close)
        yield LoopWorld(site.generator.name, platform, asked, github)


def _client(url: str, token: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"}
    return httpx.Client(base_url=url, headers=headers, trust_env=False)


def _repository(site: Site, folder: Path) -> Path:
    """The files of a repository whose documents this generator makes a site of."""
    copytree(_SHELVES, folder)
    copy(_RULES, folder)
    for page in folder.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        name = page.name.replace("index.md", site.generator.index)
        page.unlink()
        page.with_name(name).write_text(site.generator.front + text, encoding="utf-8")
    for path, text in site.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


@contextmanager
def _github(files: Path, tokens: dict[str, str], home: Path) -> Iterator[str]:
    port = free_port()
    accounts = {"shiploop-bot": "write", "platform": "write", "ada": "admin"}
    told = ",".join(f"{tokens[login]}:{login}:{access}" for login, access in accounts.items())
    seed = ["--repo", _REPOSITORY, "--seed", str(files), "--workflows", _WORKFLOWS]
    arguments = ["-m", "sandbox", "--port", str(port), "--home", str(home / "github"), *seed]
    process = Process("github", arguments, {"SANDBOX_TOKENS": told}, home / "github.log")
    url = f"http://127.0.0.1:{port}"
    process.start()
    try:
        with httpx.Client(trust_env=False) as http:
            process.wait_until(http, f"{url}/_sandbox/healthz", _START_TIMEOUT_S, threading.Event())
        yield url
    finally:
        process.stop()


def _await_first_build(platform: Platform) -> None:
    give_up_at = time.monotonic() + _BUILD_TIMEOUT_S
    while not platform.builds_s:
        if platform.failures or time.monotonic() > give_up_at:
            raise NotAsItShould(f"the first build: {list(platform.failures.values())}")
        time.sleep(_LOOK_S)


def _settings(home: Path, github_url: str, site_url: str, token: str) -> Settings:
    probes = home / "probes.yaml"
    probes.write_text(_PROBES.read_text(encoding="utf-8") + _PROBE_OF_TEXT, encoding="utf-8")
    told = {
        "github_repo": _REPOSITORY,
        "github_api_url": github_url,
        "github_token": SecretStr(token),
        "github_webhook_secret": SecretStr(secrets.token_hex(20)),
        "site_url": site_url,
        "probes": probes,
        "deploy_deadline_s": _BUILD_TIMEOUT_S,
        "rollback_deadline_s": 2 * _BUILD_TIMEOUT_S,
        "health_interval_s": 0.5,
    }
    return stack_settings(home / "stack").model_copy(update=told)


def _add_webhook(github: httpx.Client, url: str, settings: Settings) -> None:
    assert settings.github_webhook_secret is not None
    secret = settings.github_webhook_secret.get_secret_value()
    config = {"url": url, "content_type": "json", "secret": secret}
    hook = {"name": "web", "config": config, "events": sorted(WEBHOOK_EVENTS), "active": True}
    github.post(f"/repos/{_REPOSITORY}/hooks", json=hook).raise_for_status()
