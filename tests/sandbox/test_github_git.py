"""Cloning and fetching by git itself."""

import subprocess
from pathlib import Path

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
