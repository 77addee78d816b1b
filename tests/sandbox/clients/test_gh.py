"""GitHub's own command line: the wheel's, and an old one where the system has it.

For a host called github.localhost it speaks plain HTTP, so that the sandbox can be its proxy.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sandbox.clients.conftest import PAGE, World

pytestmark = pytest.mark.xdist_group("clients")


HOST = "github.localhost"
OF_THE_WHEEL = str(Path(sys.executable).with_name("gh"))
OF_THE_SYSTEM = shutil.which("gh", path=os.defpath) or ""

Gh = Callable[..., str]


@pytest.fixture(
    params=[
        pytest.param(OF_THE_WHEEL, id="wheel"),
        pytest.param(
            OF_THE_SYSTEM,
            id="system",
            marks=pytest.mark.skipif(not OF_THE_SYSTEM, reason="gh is not installed"),
        ),
    ]
)
def gh(request: pytest.FixtureRequest, world: World, tmp_path: Path) -> Gh:
    """Run gh as the bot; returns what it prints. Raises CalledProcessError."""

    def run(*arguments: str, token: str = "bot-token") -> str:  # noqa: S107 - of the sandbox
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(tmp_path),
            "HTTP_PROXY": world.url,
            "GH_HOST": HOST,
            "GH_TOKEN": token,
            "GH_REPO": f"{HOST}/{world.owner}/{world.name}",
            "GH_CONFIG_DIR": str(tmp_path / "gh"),
            "GH_NO_UPDATE_NOTIFIER": "1",
            "GH_TELEMETRY": "false",
        }
        command = [request.param, *arguments]
        finished = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=30
        )
        if finished.returncode:
            raise AssertionError(f"gh {' '.join(arguments)}: {finished.stderr}")
        return finished.stdout

    return run


def test_it_pages_through_every_issue(gh: Gh, world: World) -> None:
    by_graphql = json.loads(gh("issue", "list", "--limit", "4", "--json", "title"))
    assert [issue["title"] for issue in by_graphql] == world.issues[:4]
    path = f"repos/{world.owner}/{world.name}/issues?creator=shiploop-bot&per_page={PAGE}"
    by_rest = gh("api", "--paginate", path, "--jq", ".[] | select(.pull_request | not) | .title")
    assert by_rest.splitlines() == world.issues


def test_it_shows_a_pull_request_and_its_checks(gh: Gh, world: World) -> None:
    number = str(world.number)
    listed = json.loads(gh("pr", "list", "--json", "number,headRefName"))
    assert {"number": world.number, "headRefName": "topic"} in listed
    assert "Update the FAQ" in gh("pr", "view", number)
    assert "Looks good." in gh("pr", "view", number, "--comments")
    checks = [line.split("\t")[:2] for line in gh("pr", "checks", number).splitlines()]
    assert ["faq-gate", "pass"] in checks
    assert ["preview", "pass"] in checks
    assert "+## What about topic?" in gh("pr", "diff", number)
    assert world.name in gh("repo", "view", f"{HOST}/{world.owner}/{world.name}")


def test_it_reviews_and_merges(gh: Gh, world: World) -> None:
    number = str(world.number)
    gh("pr", "review", number, "--approve", token="ada-token")
    reviews = json.loads(gh("pr", "view", number, "--json", "reviews"))["reviews"]
    assert [review["state"] for review in reviews] == ["APPROVED"]
    gh("pr", "merge", number, "--squash", "--delete-branch")
    assert world.github.pull(world.number)["merged"] is True
    assert world.github.bot.get(f"{world.github.repo}/git/ref/heads/topic").status_code == 404
    assert "## What about topic?" in world.github.file()
    path = f"repos/{world.owner}/{world.name}/compare/{world.head_sha}...main"
    assert gh("api", path, "--jq", ".status").strip() == "diverged"


def test_it_opens_and_closes_an_issue(gh: Gh, world: World) -> None:
    gh("label", "create", "incident", "--color", "d73a4a")
    url = gh("issue", "create", "--title", "Down", "--body", "Since noon", "--label", "incident")
    number = url.strip().rpartition("/")[2]
    gh("issue", "comment", number, "--body", "Up again")
    assert "Up again" in gh("issue", "view", number, "--comments")
    gh("issue", "close", number)
    issue = world.github.bot.get(f"{world.github.repo}/issues/{number}").json()
    assert (issue["state"], [each["name"] for each in issue["labels"]]) == ("closed", ["incident"])


def test_it_tells_a_token_that_is_wrong_from_one_that_is_right(gh: Gh) -> None:
    assert "shiploop-bot" in gh("api", "user", "--jq", ".login")
    with pytest.raises(AssertionError, match="401"):
        gh("issue", "list", token="wrong")


def test_it_says_what_the_sandbox_does_not_model(gh: Gh) -> None:
    with pytest.raises(AssertionError, match="'releases' on type 'Repository'") as refused:
        gh("release", "list")
    assert "ot modelled by the sandbox" in str(refused.value)
    with pytest.raises(AssertionError, match="not modelled by the sandbox"):
        gh("run", "list")
