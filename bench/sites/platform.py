"""A hosting platform: whatever is merged is built by a real generator, served, and told GitHub."""

import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.sites.building import Generator, NotBuilt, build_checkout, run
from bench.sites.static_site import static_site
from sandbox.site.github_api import DeploymentState, GitHubApi

_LOOK_S: Final = 0.3
_NAME_COMMIT: Final = (
    Path(__file__).resolve().parents[2] / "deployments" / "sites" / "name-commit.sh"
)
# What builds are told their commit by; a test runs where one of them is set as well.
_VARIABLES: Final = (
    "GITHUB_SHA",
    "COMMIT_REF",
    "VERCEL_GIT_COMMIT_SHA",
    "CF_PAGES_COMMIT_SHA",
    "READTHEDOCS_GIT_COMMIT_HASH",
)


@dataclass(frozen=True, slots=True)
class Habits:
    """How a platform is: the environment that it deploys to, and how a build is told its commit.

    Where `variable` is empty, the site names no commit, and only GitHub is told.
    """

    environment: str
    variable: str = ""


@dataclass(slots=True)
class Platform:
    """Builds the newest commit of main, one at a time, and serves the last that could be built."""

    generator: Generator
    habits: Habits
    home: Path
    api: GitHubApi
    url: str = ""
    builds_s: dict[str, float] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    served: Path = Path()
    stopping: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        """Build until it is told to stop."""
        checkout, seen = self._clone(), ""
        while not self.stopping.is_set():
            _git(checkout, "fetch", "--quiet", "origin", "main")
            if (head := _git(checkout, "rev-parse", "FETCH_HEAD")) == seen:
                self.stopping.wait(_LOOK_S)
                continue
            seen = head
            _git(checkout, "checkout", "--quiet", "--force", "--detach", head)
            self._deploy(head, checkout)

    def _clone(self) -> Path:
        checkout = self.home / "checkout"
        shutil.rmtree(checkout, ignore_errors=True)
        checkout.mkdir(parents=True)
        _git(checkout, "init", "--quiet")
        _git(checkout, "remote", "add", "origin", self.api.repository().clone_url)
        return checkout

    def _deploy(self, sha: str, checkout: Path) -> None:
        deployment = self.api.create_deployment(sha, self.habits.environment)
        self._report(deployment, DeploymentState.IN_PROGRESS)
        began = time.monotonic()
        try:
            folder = self._built(sha, checkout)
        except NotBuilt as error:
            self.failures[sha] = str(error)
            self._report(deployment, DeploymentState.FAILURE)
            return
        self.builds_s[sha] = time.monotonic() - began
        self.served = folder
        self._report(deployment, DeploymentState.SUCCESS)

    def _built(self, sha: str, checkout: Path) -> Path:
        folder = self.home / "served" / sha
        shutil.rmtree(folder, ignore_errors=True)
        build_checkout(self.generator, self.home, checkout, folder)
        if self.habits.variable:
            told = {**dict.fromkeys(_VARIABLES, ""), self.habits.variable: sha}
            run(["sh", str(_NAME_COMMIT), str(folder)], self.home, checkout, told)
        return folder

    def _report(self, deployment: int, state: DeploymentState) -> None:
        self.api.report_status(deployment, state, f"{self.url}/", f"{self.url}/builds")


@contextmanager
def running_platform(platform: Platform) -> Iterator[Platform]:
    """Serve, and build whatever is pushed, for the length of the block."""
    platform.served = platform.home / "served" / "nothing-yet"
    platform.served.mkdir(parents=True, exist_ok=True)
    with static_site(lambda: platform.served) as server:
        platform.url = f"http://127.0.0.1:{server.server_port}"
        serving = threading.Thread(target=server.serve_forever, daemon=True)
        building = threading.Thread(target=platform.watch, daemon=True)
        serving.start()
        building.start()
        try:
            yield platform
        finally:
            platform.stopping.set()
            building.join()
            server.shutdown()
            serving.join()


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()
