"""A sandbox GitHub as a process of its own, and the real client that speaks to it."""

import base64
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from shiploop.agents.faq.document.document import FAQ_PATH
from shiploop.clients.github.auth import TokenSource, fixed_token
from shiploop.clients.github.client import GitHub
from shiploop.clients.github.transport import GitHubTransport
from shiploop.domain.delivery.checks import ChecksState, decide_checks, require
from shiploop.domain.delivery.commit import Changes
from shiploop.domain.delivery.pull_request import Base, PullRequest
from tests.loopback import NO_TLS
from tests.until import wait_until

REPOSITORY = "acme/docs"
BOT_TOKEN = "bot-token-that-nobody-may-see"
APP_ID = "4711"
FAQ = "# FAQ\n\n## Where are the docs?\n\nIn `docs/`.\n"
GUIDE = "# Guide\n\n## Heartbeats\n\nA worker heartbeat is written every five seconds.\n"
_WORKFLOW = """\
name: faq
on:
  pull_request:
    paths: [docs/**]
  merge_group:
jobs:
  faq-gate:
    runs-on: ubuntu-latest
    steps:
      - run: "true"
"""
FILES: Mapping[str, str] = {
    "docs/FAQ.md": FAQ,
    "docs/guide.md": GUIDE,
    ".github/workflows/faq.yml": _WORKFLOW,
}
_START_TIMEOUT_S = 30.0
_ACCOUNTS = f"{BOT_TOKEN}:shiploop-bot:write,ada-token:ada:admin,eve-token:eve:read"
_COMMIT = """
mutation Commit($commit: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $commit) { commit { oid } }
}
"""


@dataclass(frozen=True, slots=True)
class OtherApp:
    """An app beside GitHub Actions that reports checks."""

    id: int
    token: str
    http: httpx.Client
    url: str

    def report(self, sha: str, name: str, conclusion: str | None = None) -> int:
        """Make a check run, one that runs where it has no conclusion; returns its number."""
        run = {"name": name, "head_sha": sha, "status": "in_progress"}
        if conclusion is not None:
            run["conclusion"] = conclusion
        headers = {"authorization": f"Bearer {self.token}"}
        made = self.http.post(f"{self.url}/check-runs", json=run, headers=headers)
        return int(made.raise_for_status().json()["id"])


@dataclass(frozen=True, slots=True)
class SandboxProcess:
    """A running sandbox; all tests of a worker share it, each on branches of its own."""

    url: str
    http: httpx.Client

    def client(self, token: str = BOT_TOKEN) -> GitHub:
        """Our client, as whoever has this token."""
        return self.github(fixed_token(token))

    def github(self, token: TokenSource) -> GitHub:
        """Our client with this source of tokens."""
        return GitHub(GitHubTransport(self.http, self.url, token), REPOSITORY, "main")

    def set_faults(self, **times: int) -> None:
        """Let something go wrong, so many times."""
        faults = {name: {"times": each} for name, each in times.items()}
        self._panel("PUT", "faults", faults)

    def reset(self) -> None:
        """No faults, quick checks, an empty request log."""
        self._panel("DELETE", "faults")
        self._panel("DELETE", "requests")
        self._panel("PUT", "latency", {"ci_ms": 20, "github_ms": 0})

    def set_ci_ms(self, ci_ms: int) -> None:
        """How long the checks take."""
        self._panel("PUT", "latency", {"ci_ms": ci_ms})

    def operations(self) -> list[str]:
        """The GitHub calls since the last reset."""
        return [call["operation"] for call in self._panel("GET", "requests").json()]

    def read(self, path: str, **parameters: str) -> Any:
        """Read something of the repository by REST, as anybody can."""
        url = f"{self.url}/repos/{REPOSITORY}{path}"
        return self.http.get(url, params=parameters).raise_for_status().json()

    def exists(self, branch: str) -> bool:
        """Tell whether there is such a branch."""
        url = f"{self.url}/repos/{REPOSITORY}/git/ref/heads/{branch}"
        return self.http.get(url).is_success

    def commit(self, changes: Changes, message: tuple[str, str] = ("Edit by hand", "")) -> str:
        """Commit onto main, as a person who may; returns the commit's sha."""
        additions = [
            {"path": path, "contents": base64.b64encode(content).decode()}
            for path, content in changes.items()
            if content is not None
        ]
        commit = {
            "branch": {"repositoryNameWithOwner": REPOSITORY, "branchName": "main"},
            "expectedHeadOid": self.client().read_base().head_sha,
            "message": {"headline": message[0], "body": message[1]},
            "fileChanges": {
                "additions": additions,
                "deletions": [
                    {"path": path} for path, content in changes.items() if content is None
                ],
            },
        }
        answer = self.http.post(
            f"{self.url}/graphql",
            json={"query": _COMMIT, "variables": {"commit": commit}},
            headers={"authorization": "Bearer ada-token"},
        )
        answer.raise_for_status()
        return str(answer.json()["data"]["createCommitOnBranch"]["commit"]["oid"])

    def deploy(self, sha: str, *states: str, environment: str = "production") -> None:
        """Write what a platform writes of a deploy."""
        url = f"{self.url}/repos/{REPOSITORY}/deployments"
        headers = {"authorization": f"Bearer {BOT_TOKEN}"}
        wanted = {
            "ref": sha,
            "environment": environment,
            "auto_merge": False,
            "required_contexts": [],
        }
        made = self.http.post(url, json=wanted, headers=headers).raise_for_status().json()
        for state in states:
            status = {"state": state}
            self.http.post(
                f"{url}/{made['id']}/statuses", json=status, headers=headers
            ).raise_for_status()

    def install_app(self, slug: str) -> OtherApp:
        """Let another app report checks."""
        app = self._panel("POST", f"apps/{slug}").json()
        return OtherApp(app["id"], app["token"], self.http, f"{self.url}/repos/{REPOSITORY}")

    def status(self, sha: str, context: str, state: str) -> None:
        """Write a commit status."""
        self.administer("POST", f"/statuses/{sha}", {"context": context, "state": state})

    @contextmanager
    def ruleset(self, parameters: Mapping[str, object]) -> Iterator[None]:
        """Have a ruleset of main ask for checks for the length of the block."""
        ruleset = {
            "name": "checks",
            "enforcement": "active",
            "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}},
            "rules": [{"type": "required_status_checks", "parameters": parameters}],
        }
        made = self.administer("POST", "/rulesets", ruleset).json()
        try:
            yield
        finally:
            self.administer("DELETE", f"/rulesets/{made['id']}")

    @contextmanager
    def protected(self, **required: object) -> Iterator[None]:
        """Have the protection of main ask for these checks for the length of the block."""
        path = "/branches/main/protection"
        settings = {"required_status_checks": {"strict": False, "contexts": [], **required}}
        self.administer("PUT", path, settings)
        try:
            yield
        finally:
            ours = {"strict": False, "contexts": ["faq-gate"]}
            self.administer("PUT", path, {"required_status_checks": ours})

    def administer(self, method: str, path: str, body: object = None) -> httpx.Response:
        """Change something as a person who may."""
        headers = {"authorization": "Bearer ada-token"}
        url = f"{self.url}/repos/{REPOSITORY}{path}"
        return self.http.request(method, url, json=body, headers=headers).raise_for_status()

    def open(self, addition: str = "\n## More?\n\nMore.\n") -> tuple[Base, PullRequest]:
        """Open a pull request on a new branch that adds a text to the end of the FAQ."""
        github, base = self.client(), self.client().read_base((FAQ_PATH,))
        branch = new_branch()
        message = ("Update FAQ - more", f"Trace-Id: {branch}")
        document = f"{base.files[FAQ_PATH]}{addition}"
        return base, github.open_pull_request(
            base, branch, {FAQ_PATH: document.encode()}, message, "a body"
        )

    def open_green(self, addition: str = "\n## More?\n\nMore.\n") -> tuple[Base, PullRequest]:
        """Open a pull request, and wait until its checks have passed."""
        base, pull = self.open(addition)
        self.wait_until_green(base, pull)
        return base, pull

    def wait_until_green(self, base: Base, pull: PullRequest) -> None:
        """Wait until the required checks of a pull request have passed."""
        github = self.client()

        def green() -> bool:
            (head,) = github.poll_checks([pull.id])
            required = require(base.required_checks)
            return decide_checks(required, head.checks).state is ChecksState.GREEN

        wait_until(green)

    def _panel(self, method: str, name: str, body: object = None) -> httpx.Response:
        url = f"{self.url}/_sandbox/{name}"
        return self.http.request(method, url, json=body).raise_for_status()


def new_branch() -> str:
    """A branch name that no other test uses."""
    return f"orchestrator/faq-{uuid.uuid4()}"


@contextmanager
def sandbox_process(
    home: Path, app_public_key: str, files: Mapping[str, str] = FILES, branch: str = "main"
) -> Iterator[SandboxProcess]:
    """Run a sandbox with a small repository for the length of the block."""
    _seed(home, files)
    arguments = ["--port", "0", "--home", str(home), "--repo", REPOSITORY, "--branch", branch]
    arguments += ["--seed", str(home / "files")]
    environment: Mapping[str, str] = {
        **os.environ,
        "SANDBOX_TOKENS": _ACCOUNTS,
        "SANDBOX_APP_ID": APP_ID,
        "SANDBOX_APP_PUBLIC_KEY": app_public_key,
    }
    with (
        (home / "sandbox.log").open("wb") as log,
        subprocess.Popen(
            [sys.executable, "-m", "sandbox", *arguments], env=environment, stdout=log, stderr=log
        ) as process,
        httpx.Client(timeout=20, verify=NO_TLS) as http,
    ):
        try:
            port = home / "port"
            wait_until(lambda: port.exists() and port.read_text().endswith("\n"), _START_TIMEOUT_S)
            sandbox = SandboxProcess(f"http://127.0.0.1:{port.read_text().strip()}", http)
            wait_until(lambda: _answers(sandbox), _START_TIMEOUT_S)
            yield sandbox
        finally:
            process.terminate()


def _answers(sandbox: SandboxProcess) -> bool:
    try:
        return sandbox.http.get(f"{sandbox.url}/_sandbox/healthz").is_success
    except httpx.TransportError:
        return False


def _seed(home: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        file = home / "files" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
