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


def test_pushes_and_unknown_repositories_are_refused(github: SandboxGitHub, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    _git("clone", f"{github.url}/{REPOSITORY}.git", str(clone))
    pushed = _git("-C", str(clone), "push", "origin", "main:other")
    assert pushed.returncode != 0
    assert "403" in pushed.stderr
    assert _git("clone", f"{github.url}/acme/nothing.git", str(tmp_path / "no")).returncode != 0
