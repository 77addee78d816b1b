"""Runs the site as a process and talks to it over HTTP."""

import hashlib
import hmac
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.loopback import NO_TLS
from tests.until import until

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "bot-token"
SECRET = "webhook secret"
DEADLINE_S = 15.0


@dataclass(frozen=True, slots=True)
class Site:
    """A running site."""

    url: str
    process: subprocess.Popen[bytes]
    client: httpx.Client

    def get(self, path: str) -> httpx.Response:
        """Get a page."""
        return self.client.get(path)

    def push(self, *, secret: str = SECRET, ref: str = "refs/heads/main") -> int:
        """Deliver a push webhook and return the answer's status."""
        body = json.dumps({"ref": ref, "repository": {"default_branch": "main"}}).encode()
        digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-GitHub-Event": "push", "X-Hub-Signature-256": f"sha256={digest}"}
        return self.client.post("/hooks/github", content=body, headers=headers).status_code

    def wait_live(self, sha: str) -> httpx.Response:
        """Wait until the commit is what /healthz names."""
        return until(lambda: self.get("/healthz"), lambda answer: answer.json().get("sha") == sha)


@contextmanager
def starting_site(api_url: str, repository: str, home: Path) -> Iterator[Site]:
    """Start a site and stop it in the end; it need not have built anything yet."""
    environment = {
        "PATH": os.environ["PATH"],
        "SITE_GITHUB_API_URL": api_url,
        "SITE_GITHUB_TOKEN": TOKEN,
        "SITE_GITHUB_REPO": repository,
        "SITE_WEBHOOK_SECRET": SECRET,
    }
    command = [sys.executable, "-m", "sandbox.site", "--port", "0", "--home", str(home)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        until((home / "port").exists, bool)
        url = f"http://127.0.0.1:{(home / 'port').read_text().strip()}"
        with httpx.Client(base_url=url, trust_env=False, verify=NO_TLS) as client:
            yield Site(url, process, client)
    finally:
        process.terminate()
        process.wait(DEADLINE_S)


@contextmanager
def running_site(api_url: str, repository: str, home: Path) -> Iterator[Site]:
    """Run a site whose first build is live."""
    with starting_site(api_url, repository, home) as site:
        until(lambda: site.get("/healthz").status_code, lambda status: status == 200)
        yield site
