"""Cloning and fetching by git itself."""

import subprocess
from pathlib import Path

import pytest

from sandbox.github.git_repository import GIT_ENVIRONMENT
from tests.sandbox.github_driver import REPOSITORY, SandboxGitHub


def _git(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", *arguments], env=GIT_ENVIRONMENT, capture_output=True, text=True, check=False
    )


def test_a_clone_has_the_history_and_the_merged_file(github: SandboxGitHub, tmp_path: Path) -> None:
    pull = github.open()
    github.wait_green("topic")
    github.merge(pull["number"])
    clone = tmp_path / "clone"
    cloned = _git("clone", f"{github.url}/{REPOSITORY}.git", str(clone))
    assert cloned.returncode == 0, cloned.stderr
    log = _git("-C", str(clone), "log", "--format=%H %an %s").stdout.splitlines()
    assert log[0] == f"{github.head()} shiploop-bot Update the FAQ (#1)"
    assert [line.split()[1] for line in log] == ["shiploop-bot", "ada"]
    assert (clone / "docs" / "FAQ.md").read_text() == github.file()


def test_a_fetch_brings_what_is_new_also_with_a_token(
    github: SandboxGitHub, tmp_path: Path
) -> None:
    clone, header = tmp_path / "clone", "http.extraHeader=Authorization: Bearer bot-token"
    url = f"{github.url}/{REPOSITORY}.git"
    assert _git("-c", header, "clone", "--bare", url, str(clone)).returncode == 0
    sha = github.commit("main", "# FAQ\n\nNew.\n")
    fetched = _git("-C", str(clone), "-c", header, "fetch", "origin", "main")
    assert fetched.returncode == 0, fetched.stderr
    assert _git("-C", str(clone), "rev-parse", "FETCH_HEAD").stdout.strip() == sha


@pytest.mark.parametrize("protocol", ["0", "2"])
def test_any_commit_can_be_fetched_by_its_sha_with_its_parent(
    github: SandboxGitHub, tmp_path: Path, protocol: str
) -> None:
    shas = [github.commit("main", f"Version {number}.\n") for number in range(4)]
    clone, url = tmp_path / "clone", f"{github.url}/{REPOSITORY}.git"
    _git("init", "--bare", str(clone))
    fetch = ("-C", str(clone), "-c", f"protocol.version={protocol}", "fetch", "--depth=2", url)
    fetched = _git(*fetch, shas[2])
    assert fetched.returncode == 0, fetched.stderr
    assert _git("-C", str(clone), "rev-list", "FETCH_HEAD").stdout.split() == [shas[2], shas[1]]
    assert _git("-C", str(clone), "show", f"{shas[1]}:docs/FAQ.md").stdout == "Version 1.\n"
    several = _git(*fetch, shas[3], shas[1])
    assert several.returncode == 0, several.stderr
    assert _git("-C", str(clone), "show", f"{shas[0]}:docs/FAQ.md").stdout == "Version 0.\n"


@pytest.mark.parametrize("protocol", ["0", "2"])
def test_a_commit_that_is_not_there_cannot_be_fetched(
    github: SandboxGitHub, tmp_path: Path, protocol: str
) -> None:
    clone, url = tmp_path / "clone", f"{github.url}/{REPOSITORY}.git"
    _git("init", "--bare", str(clone))
    fetched = _git(
        "-C", str(clone), "-c", f"protocol.version={protocol}", "fetch", "--depth=2", url, "1" * 40
    )
    assert fetched.returncode != 0
    assert "not our ref" in fetched.stderr


def test_pull_request_refs_can_be_fetched(github: SandboxGitHub, tmp_path: Path) -> None:
    pull = github.open()
    github.wait_green("topic")
    refs = _git("ls-remote", f"{github.url}/{REPOSITORY}.git").stdout
    assert f"{pull['headRefOid']}\trefs/pull/1/head" in refs
    assert "refs/pull/1/merge" in refs


@pytest.mark.parametrize(
    ("user", "said"),
    [
        ("", "could not read Username"),
        ("x-access-token:wrong@", "Authentication failed"),
        ("x-access-token:eve-token@", "denied to eve"),
        ("bot-token@", "Pushing by git is not modelled by the sandbox"),
    ],
)
def test_a_push_is_refused_in_words(
    github: SandboxGitHub, tmp_path: Path, user: str, said: str
) -> None:
    clone = tmp_path / "clone"
    assert _git("clone", f"{github.url}/{REPOSITORY}", str(clone)).returncode == 0
    url = f"{github.url.replace('://', f'://{user}')}/{REPOSITORY}.git"
    pushed = _git("-C", str(clone), "push", url, "main:other")
    assert pushed.returncode != 0
    assert said in pushed.stderr
    assert github.bot.get(f"{github.repo}/git/ref/heads/other").status_code == 404


@pytest.mark.parametrize(
    ("header", "is_right"),
    [
        ("Bearer bot-token", True),
        ("Bearer wrong", False),
        ("Basic eC1hY2Nlc3MtdG9rZW46Ym90LXRva2Vu", True),  # x-access-token:bot-token
        ("Basic Ym90LXRva2VuOg==", True),  # bot-token:
        ("Basic eC1hY2Nlc3MtdG9rZW46d3Jvbmc=", False),  # x-access-token:wrong
        ("Basic !", False),
    ],
)
def test_a_wrong_token_is_wrong_for_git_too(
    github: SandboxGitHub, header: str, is_right: bool
) -> None:
    listed = _git(
        "-c",
        f"http.extraHeader=Authorization: {header}",
        "ls-remote",
        f"{github.url}/{REPOSITORY}",
    )
    assert (listed.returncode == 0) is is_right, listed.stderr


def test_an_unknown_repository_cannot_be_cloned(github: SandboxGitHub, tmp_path: Path) -> None:
    cloned = _git("clone", f"{github.url}/acme/nothing.git", str(tmp_path / "no"))
    assert cloned.returncode != 0
    assert "not found" in cloned.stderr
