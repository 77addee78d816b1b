"""Fetches from the target repository with git, into a bare repository of our own."""

import base64
import os
import re
import subprocess
from pathlib import Path

import pygit2

from shiploop.clients.github.auth import TokenSource
from shiploop.errors import MirrorUnavailable

_TOKEN_REFUSED = re.compile(r"Authentication failed|could not read Username|error: 40[13]")
_FETCH_TIMEOUT_S = 120  # a first clone of a large repository


class GitRemote:
    """One repository on GitHub, and the bare one that it is fetched into."""

    def __init__(self, path: Path, clone_url: str, token: TokenSource) -> None:
        self.path = path
        self._clone_url = clone_url
        self._token = token

    def fetch(self, *refspecs: str, depth: int) -> pygit2.Repository:
        """Fetch; returns the repository. Raises MirrorUnavailable."""
        token = self._token()
        command = ["git", "fetch", "--quiet", f"--depth={depth}", "--no-tags", self._clone_url]
        try:
            if not (self.path / "HEAD").exists():
                pygit2.init_repository(str(self.path), bare=True)
            subprocess.run(
                [*command, *refspecs],
                cwd=self.path,
                env=os.environ | self._credentials(token),
                check=True,
                capture_output=True,
                text=True,
                timeout=_FETCH_TIMEOUT_S,
            )
        except subprocess.CalledProcessError as error:
            said = str(error.stderr).strip()
            if _TOKEN_REFUSED.search(said):
                self._token.forget(token)  # whoever tries again has another one, if there is one
            raise MirrorUnavailable(f"git could not fetch {self._clone_url}: {said}") from error
        except subprocess.TimeoutExpired as error:
            raise MirrorUnavailable(f"git did not fetch {self._clone_url} in time") from error
        except (OSError, pygit2.GitError) as error:  # a full disk, or no process left
            raise MirrorUnavailable(f"git cannot work here: {error}") from error
        return pygit2.Repository(str(self.path))

    def _credentials(self, token: str) -> dict[str, str]:
        # By environment: what stands in a URL or an argument can be read by others.
        basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        return {
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"http.{self._clone_url}.extraHeader",
            "GIT_CONFIG_VALUE_0": f"Authorization: Basic {basic}",
        }
