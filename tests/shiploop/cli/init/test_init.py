"""`shiploop init` as somebody types it, for a repository that is not like the sample."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shiploop.settings import Settings
from tests.sandbox_process import BOT_TOKEN, FAQ, GUIDE, REPOSITORY, SandboxProcess, sandbox_process
from tests.snapshots.terminal import Terminal, terminal

FILES = {
    "website/docs/faq.md": FAQ,
    "website/docs/guide.md": GUIDE,
    "api/openapi.yaml": "openapi: 3.1.0\n",
    "mkdocs.yml": "site_name: Acme\n",
}
PROPOSED = [
    ".github/workflows/agent-mvp-ci-fast.yml",
    ".github/workflows/openapi-verify.yml",
    ".rumdl.toml",
]


@pytest.fixture(scope="module")
def trunk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """A repository with default branch trunk, and its FAQ in website/docs/faq.md."""
    with sandbox_process(tmp_path_factory.mktemp("trunk"), "", FILES, "trunk") as sandbox:
        yield sandbox


@pytest.fixture
def here(
    trunk: SandboxProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Terminal]:
    """A terminal in an empty folder."""
    monkeypatch.chdir(tmp_path)
    with terminal(tmp_path / "home") as typed:
        typed.given(GITHUB_API_URL=trunk.url)
        yield typed


def test_what_may_not_be_written_is_left_in_a_folder(
    trunk: SandboxProcess, here: Terminal, tmp_path: Path
) -> None:
    here.given(GITHUB_TOKEN="eve-token")
    here.type("init", REPOSITORY)
    left = tmp_path / "shiploop-init"
    assert sorted(str(p.relative_to(left)) for p in left.rglob("*") if p.is_file()) == PROPOSED
    assert "gh pr create --draft --fill --base trunk" in here.seen()
    assert trunk.read("/pulls") == []
    assert not trunk.exists("shiploop-init")


def test_everything_is_read_written_and_opened_and_the_second_time_adopted(
    trunk: SandboxProcess, here: Terminal, tmp_path: Path
) -> None:
    here.given(GITHUB_TOKEN=BOT_TOKEN)
    here.type("init", REPOSITORY)
    settings = Settings(_env_file=tmp_path / ".env")
    assert settings.base_branch == "trunk"
    assert settings.docs_include == ("/website/docs/",)
    assert settings.github_webhook_secret is not None
    text = (tmp_path / ".env").read_text()
    assert 'SHIPLOOP_FAQ_PATHS=["website/docs/faq.md"]' in text
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600

    (pull,) = trunk.read("/pulls")
    assert (pull["draft"], pull["base"]["ref"]) == (True, "trunk")
    changed = trunk.read(f"/pulls/{pull['number']}/files")
    assert sorted(each["filename"] for each in changed) == PROPOSED
    fast = next(each["patch"] for each in changed if "ci-fast" in each["filename"])
    assert '+    branches: ["trunk"]' in fast
    assert "docs/FAQ.md" not in fast

    here.type("init", REPOSITORY)
    assert [each["number"] for each in trunk.read("/pulls")] == [pull["number"]]
    assert (tmp_path / ".env").read_text() == text
    assert BOT_TOKEN not in here.seen()
    assert here.seen().count(pull["html_url"]) == 4
    assert "github repository" in here.seen()  # the doctor's word


def test_a_name_that_is_none_is_said_so(here: Terminal) -> None:
    here.type("init", "https://github.com/acme/docs")
    assert "name the repository as OWNER/NAME" in here.seen()
