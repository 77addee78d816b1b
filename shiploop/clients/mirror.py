"""A bare clone of the target repository, kept fresh with git."""

import base64
import os
import subprocess
from pathlib import Path

import pygit2

from shiploop.clients.github_auth import TokenSource
from shiploop.errors import MirrorUnavailable

_FETCH_TIMEOUT_S = 120  # a first clone of a large repository


class Mirror:
    """Fetches one branch, and reads the Markdown files that stand on it."""

    def __init__(self, path: Path, clone_url: str, branch: str, token: TokenSource) -> None:
        self._path = path
        self._clone_url = clone_url
        self._branch = branch
        self._token = token

    def fetch(self) -> str:
        """Bring the branch up to date; returns its head sha. Raises MirrorUnavailable."""
        if not (self._path / "HEAD").exists():
            pygit2.init_repository(str(self._path), bare=True)
        ref = f"refs/heads/{self._branch}"
        command = ["git", "fetch", "--quiet", "--depth=1", "--no-tags", self._clone_url]
        try:
            subprocess.run(
                [*command, f"+{ref}:{ref}"],
                cwd=self._path,
                env=os.environ | self._credentials(),
                check=True,
                capture_output=True,
                text=True,
                timeout=_FETCH_TIMEOUT_S,
            )
        except subprocess.CalledProcessError as error:
            said = str(error.stderr).strip()
            raise MirrorUnavailable(f"git could not fetch {self._clone_url}: {said}") from error
        except subprocess.TimeoutExpired as error:
            raise MirrorUnavailable(f"git did not fetch {self._clone_url} in time") from error
        return str(pygit2.Repository(str(self._path)).references[ref].target)

    def pages(self, sha: str) -> dict[str, str]:
        """Every Markdown file of a commit, by path; what is not UTF-8 is left out."""
        repository = pygit2.Repository(str(self._path))
        commit = repository[sha].peel(pygit2.Commit)
        return dict(_markdown_files(repository, commit.tree, ""))

    def _credentials(self) -> dict[str, str]:
        # By environment: what stands in a URL or an argument can be read by others.
        basic = base64.b64encode(f"x-access-token:{self._token()}".encode()).decode()
        return {
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"http.{self._clone_url}.extraHeader",
            "GIT_CONFIG_VALUE_0": f"Authorization: Basic {basic}",
        }


def _markdown_files(
    repository: pygit2.Repository, tree: pygit2.Tree, prefix: str
) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for item in tree:
        path = f"{prefix}{item.name}"
        if isinstance(item, pygit2.Tree):
            found += _markdown_files(repository, item, f"{path}/")
        elif isinstance(item, pygit2.Blob) and path.lower().endswith(".md"):
            try:
                found.append((path, item.data.decode()))
            except UnicodeDecodeError:
                continue
    return found
