"""What tasks have left behind on GitHub: looked at by REST, and with git in a clone."""

import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

from shiploop.agents.faq.document.document import entries

_REPOSITORY = "acme/shiploop-docs"
_PAGE = 100
_BRANCH = re.compile(r"^orchestrator/faq-([0-9a-f-]{36})$")


class LeftBehind:
    """A repository as it stands; the clone is made once, at `clone`."""

    def __init__(self, github_url: str, clone: Path) -> None:
        self._github_url = github_url
        self._clone = clone
        source = f"{github_url}/{_REPOSITORY}.git"
        subprocess.run(["git", "clone", "-q", "--mirror", source, str(clone)], check=True)

    def pull_requests(self) -> tuple[Counter[str], Counter[str], Counter[str]]:
        """How many there are of each task: in all, closed without a merge, and merged."""
        opened: Counter[str] = Counter()
        closed: Counter[str] = Counter()
        merged: Counter[str] = Counter()
        page = 1
        while pulls := self._pulls(page):
            for pull in pulls:
                if branch := _BRANCH.match(pull["head"]["ref"]):
                    opened[branch[1]] += 1
                    merged[branch[1]] += pull["merged_at"] is not None
                    closed[branch[1]] += pull["state"] == "closed" and not pull["merged_at"]
            page += 1
        return opened, closed, merged

    def commits(self) -> Counter[str]:
        """How many commits on main carry each task's trace id."""
        trailers = "--format=%(trailers:key=Trace-Id,valueonly)"
        return Counter(self._git("log", "main", trailers).split())

    def entries(self) -> Counter[str]:
        """How many entries of the FAQ each task has."""
        return Counter(entry.trace_id for entry in entries(self.document()))

    def document(self) -> str:
        """The FAQ as it stands on main."""
        return self._git("show", "main:docs/FAQ.md")

    def branches(self) -> tuple[str, ...]:
        """Every branch that a task has left."""
        named = self._git("branch", "--format=%(refname:short)", "--list", "orchestrator/*")
        return tuple(named.split())

    def _pulls(self, page: int) -> list[dict[str, Any]]:
        query = {"state": "all", "per_page": str(_PAGE), "page": str(page)}
        answer = httpx.get(f"{self._github_url}/repos/{_REPOSITORY}/pulls", params=query)
        return list(answer.raise_for_status().json())

    def _git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self._clone), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
