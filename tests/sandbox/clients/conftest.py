"""A repository with something in it, for clients of GitHub that others wrote."""

from dataclasses import dataclass

import pytest

from tests.sandbox.github_driver import REPOSITORY, SandboxGitHub

ISSUES = 5
PAGE = 2
"""So that the list has three pages, and the last is not full."""


@dataclass(frozen=True, slots=True)
class World:
    """The sandbox, its repository, and what a client is to find there."""

    github: SandboxGitHub
    url: str
    issues: list[str]
    """Their titles, newest first."""
    number: int
    """Of a pull request whose checks are green."""
    head_sha: str

    @property
    def owner(self) -> str:
        """Whose repository it is."""
        return REPOSITORY.partition("/")[0]

    @property
    def name(self) -> str:
        """What the repository is called."""
        return REPOSITORY.partition("/")[2]


@pytest.fixture
def world(github: SandboxGitHub) -> World:
    """Issues, a green pull request with a status and a comment, and another."""
    titles = [f"Issue {number}" for number in range(ISSUES)]
    for title in titles:
        github.bot.post(f"{github.repo}/issues", json={"title": title}).raise_for_status()
    pull = github.open("topic")
    github.open("other")
    number, sha = pull["number"], pull["headRefOid"]
    status = {"state": "success", "context": "preview", "description": "Deployed"}
    github.bot.post(f"{github.repo}/statuses/{sha}", json=status).raise_for_status()
    comment = {"body": "Looks good."}
    github.ada.post(f"{github.repo}/issues/{number}/comments", json=comment).raise_for_status()
    github.wait_green("topic")
    return World(github, github.url, titles[::-1], number, sha)
