"""A folder as a repository: the same files that a clone would show."""

import subprocess
from pathlib import Path

import pytest

from bench.answers.folder import documents_of
from bench.answers.questions import Unusable
from shiploop.agents.agent import Repository


def markdown(repository: Repository) -> dict[str, str]:
    return repository.markdown()


def test_an_agent_reads_what_stands_in_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    (folder / "docs" / "über uns").mkdir(parents=True)
    (folder / "README.md").write_text("# A\n", encoding="utf-8")
    (folder / "docs" / "über uns" / "b.md").write_bytes(b"# B\r\n")
    (folder / "docs" / "link.md").symlink_to("../README.md")
    (folder / "docs" / "nowhere.md").symlink_to("missing")
    (folder / "docs" / "picture.png").write_bytes(b"\x89PNG")
    documents = documents_of(folder, tmp_path / "repository.git")
    read = documents.keep_ready(markdown)
    assert read() == {"README.md": "# A\n", "docs/über uns/b.md": "# B\r\n"}
    assert documents.left_out == 2


def test_what_git_keeps_for_itself_is_no_file_of_the_repository(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    (folder / ".git" / "notes.md").write_text("# Notes\n", encoding="utf-8")
    (folder / ".gitignore").write_text("*.md\n", encoding="utf-8")
    (folder / "a.md").write_text("# A\n", encoding="utf-8")
    documents = documents_of(folder, tmp_path / "repository.git")
    assert documents.keep_ready(markdown)() == {"a.md": "# A\n"}


def test_what_is_built_of_the_files_is_built_once(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A\n", encoding="utf-8")
    documents = documents_of(tmp_path, tmp_path / "repository.git")
    first, second = (documents.keep_ready(markdown)() for _ in range(2))
    assert first is second


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="there is no folder"):
        documents_of(tmp_path / "missing", tmp_path / "repository.git")
