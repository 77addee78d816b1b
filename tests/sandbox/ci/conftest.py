"""A repository for the workflows of the cases."""

from pathlib import Path

import pytest

from tests.sandbox.ci.repositories import git


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with two commits; its test merge is a third."""
    root = tmp_path_factory.mktemp("repository") / "worktree"
    root.mkdir()
    git(root, "init", "--quiet", "--initial-branch=main")
    for text in ("# Page\n", "# Page\n\nText.\n"):
        (root / "page.md").write_text(text)
        git(root, "add", "--all")
        git(root, "commit", "--quiet", "-m", "Page")
    return root


@pytest.fixture
def worktree(repository: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "worktree"
    git(repository, "clone", "--quiet", str(repository), str(copy))
    return copy
