"""Which pages are read of a commit, and what is said of the others."""

from collections.abc import Iterable
from pathlib import Path

import pygit2
import pytest
from pygit2.enums import FileMode

from shiploop.clients.git.pages import Pages, read_pages
from shiploop.domain import limits
from tests.git_tree import Entry, a_file, a_folder, a_repository, a_submodule, commit

PAGE = "# A page\n\nWith a text.\n"


@pytest.fixture
def repository(tmp_path: Path) -> pygit2.Repository:
    return a_repository(tmp_path / "repository.git")


def read(repository: pygit2.Repository, *entries: Entry) -> Pages:
    sha = commit(repository, entries)
    return read_pages(repository, repository[sha].peel(pygit2.Commit).tree)


def reasons(pages: Pages) -> dict[str, str]:
    return {each.path: each.reason for each in pages.left_out}


def folders(repository: pygit2.Repository, depth: int, *within: Entry) -> Entry:
    inner: Iterable[Entry] = within
    for _ in range(depth):
        inner = [a_folder(repository, b"d", inner)]
    (outermost,) = inner
    return outermost


def test_markdown_is_read_wherever_it_stands(repository: pygit2.Repository) -> None:
    page = a_file(repository, b"page.MD", PAGE.encode(), FileMode.BLOB_EXECUTABLE)
    text = a_file(repository, b"page.txt", PAGE.encode())
    pages = read(repository, page, text, folders(repository, limits.MAX_FOLDER_DEPTH, page))
    assert pages.texts == {"page.MD": PAGE, f"{'d/' * limits.MAX_FOLDER_DEPTH}page.MD": PAGE}
    assert pages.left_out == []


def test_a_page_in_too_many_folders_is_left_out(repository: pygit2.Repository) -> None:
    page = a_file(repository, b"page.md", PAGE.encode())
    pages = read(repository, page, folders(repository, 1_200, page))
    assert pages.texts == {"page.md": PAGE}
    assert [each.reason for each in pages.left_out] == ["it is more than 32 folders deep"]


@pytest.mark.parametrize(
    ("name", "data", "mode", "reason"),
    [
        (b"a.md", b"x" * (limits.MAX_PAGE_BYTES + 1), FileMode.BLOB, "bytes, more than"),
        (b"a" * 300 + b".md", b"", FileMode.BLOB, "its path is longer"),
        (b"a\nb.md", b"", FileMode.BLOB, "cannot be shown"),
        (b"\xff.md", b"", FileMode.BLOB, "cannot be shown"),
        (b"a.md", b"\xff", FileMode.BLOB, "it is not UTF-8"),
        (b"a.md", b"../b.md", FileMode.LINK, "it is a symbolic link"),
    ],
)
def test_what_is_left_out_is_named_with_its_reason(
    repository: pygit2.Repository, name: bytes, data: bytes, mode: int, reason: str
) -> None:
    pages = read(repository, a_file(repository, name, data, mode), a_submodule(b"module.md"))
    assert pages.texts == {}
    (left_out,) = pages.left_out
    assert reason in left_out.reason


def test_so_many_pages_are_read_and_no_more(
    repository: pygit2.Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shiploop.clients.git.pages.MAX_PAGES", 3)
    many = [a_file(repository, b"%d.md" % number, b"") for number in range(5)]
    pages = read(repository, *many)
    assert list(pages.texts) == ["0.md", "1.md", "2.md"]
    assert list(reasons(pages)) == ["3.md", "4.md"]


def test_the_pages_of_a_repository_have_a_size_together(
    repository: pygit2.Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shiploop.clients.git.pages.MAX_REPOSITORY_BYTES", 10)
    names = (b"1.md", b"2.md", b"3.md")
    pages = read(repository, *(a_file(repository, name, b"123456") for name in names))
    assert list(pages.texts) == ["1.md"]
    assert list(reasons(pages)) == ["2.md", "3.md"]


def test_a_tree_of_trees_is_looked_at_so_far(
    repository: pygit2.Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shiploop.clients.git.pages.MAX_TREE_ENTRIES", 1_000)
    inner = [a_file(repository, b"page.txt", b"")]
    for _ in range(10):
        (one,) = (a_folder(repository, b"", inner),)
        inner = [Entry(b"%d" % number, one.mode, one.oid) for number in range(10)]
    pages = read(repository, *inner)
    assert pages.texts == {}
    (left_out,) = pages.left_out
    assert "more than 1000 files" in left_out.reason
