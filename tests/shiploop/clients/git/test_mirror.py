"""The mirror over git's smart HTTP: the head, its documents, and what is wrong without."""

from pathlib import Path

import pytest

from shiploop.clients.git.mirror import Mirror
from shiploop.clients.git.remote import GitRemote
from shiploop.clients.github.auth import fixed_token
from shiploop.errors import GitHubUnavailable, MirrorUnavailable
from shiploop.stack.addresses import free_port
from tests.sandbox_process import BOT_TOKEN, FAQ, GUIDE, REPOSITORY, SandboxProcess


class NoToken:
    """GitHub is asked for a token, and away."""

    def __call__(self) -> str:
        raise GitHubUnavailable("GitHub did not answer")

    def forget(self, refused: str) -> bool:
        raise AssertionError(refused)


def mirror_of(sandbox: SandboxProcess, path: Path) -> Mirror:
    clone_url = sandbox.client().clone_url()
    return Mirror(GitRemote(path, clone_url, fixed_token(BOT_TOKEN)), "main")


def test_a_mirror_has_the_head_and_its_markdown_files(
    sandbox: SandboxProcess, tmp_path: Path
) -> None:
    mirror = mirror_of(sandbox, tmp_path / "mirror.git")
    head = mirror.fetch()
    assert head == sandbox.client().read_base().head_sha
    pages = mirror.pages(head).texts
    assert {"README.md", "docs/FAQ.md", "docs/guide.md"} <= pages.keys()
    assert {path.rpartition(".")[2] for path in pages} == {"md"}
    assert pages["docs/guide.md"] == GUIDE
    assert pages["docs/FAQ.md"].startswith(FAQ)


def test_a_mirror_follows_its_branch(sandbox: SandboxProcess, tmp_path: Path) -> None:
    mirror = mirror_of(sandbox, tmp_path / "mirror.git")
    before = mirror.fetch()
    assert mirror.fetch() == before
    _, pull = sandbox.open_green("\n## Is it followed?\n\nYes.\n")
    merged = sandbox.client().merge(pull.number, pull.head_sha, ("More", ""))
    assert mirror.fetch() == merged
    assert "Is it followed?" in mirror.pages(merged).texts["docs/FAQ.md"]
    assert "Is it followed?" not in mirror.pages(before).texts["docs/FAQ.md"]


def test_a_repository_that_cannot_be_fetched_is_unavailable(
    sandbox: SandboxProcess, tmp_path: Path
) -> None:
    url = f"http://127.0.0.1:{free_port()}/{REPOSITORY}.git"
    gone = Mirror(GitRemote(tmp_path / "mirror.git", url, fixed_token(BOT_TOKEN)), "main")
    with pytest.raises(MirrorUnavailable):
        gone.fetch()
    no_branch = Mirror(
        GitRemote(tmp_path / "mirror.git", sandbox.client().clone_url(), fixed_token(BOT_TOKEN)),
        "trunk",
    )
    with pytest.raises(MirrorUnavailable):
        no_branch.fetch()


def test_an_interrupted_first_fetch_is_made_good(sandbox: SandboxProcess, tmp_path: Path) -> None:
    path = tmp_path / "mirror.git"
    url = f"http://127.0.0.1:{free_port()}/x.git"
    gone = Mirror(GitRemote(path, url, fixed_token(BOT_TOKEN)), "main")
    with pytest.raises(MirrorUnavailable):
        gone.fetch()
    assert mirror_of(sandbox, path).fetch()


def test_what_github_says_about_the_token_is_not_hidden(tmp_path: Path) -> None:
    remote = GitRemote(tmp_path / "mirror.git", "http://127.0.0.1:1/x.git", NoToken())
    mirror = Mirror(remote, "main")
    with pytest.raises(GitHubUnavailable):
        mirror.fetch()
