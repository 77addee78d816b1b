"""The sample repository: sound Markdown, entries in form, and nothing about signing in."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from shiploop.agents.faq.document.document import Entry, entries, insert, remove
from shiploop.agents.faq.question import Question, check_question

SAMPLE = Path(__file__).parents[2] / "sandbox/sample_repository"
PAGES = sorted(SAMPLE.rglob("*.md"))
FAQ = (SAMPLE / "docs/FAQ.md").read_bytes().decode("utf-8")


def linter(name: str, *arguments: str, folder: Path = SAMPLE) -> "subprocess.CompletedProcess[str]":
    command = [str(Path(sys.executable).with_name(name)), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False)


def test_every_page_is_clean_and_every_link_to_a_file_leads_somewhere() -> None:
    finished = linter("rumdl", "check", "--no-cache", ".")
    assert finished.returncode == 0, finished.stdout


def test_the_api_description_is_valid() -> None:
    finished = linter("openapi-spec-validator", "openapi.yaml")
    assert finished.returncode == 0, finished.stdout


AWKWARD_QUESTIONS = [
    "What is shiploop?",
    "Explain it to me.",
    "How do I use it!",
    "Is www.example.com or a@b.com yours?",
    "Two  spaces?",
    "[^1] and [x]",
    "# heading `code` <!-- comment --> <b>bold</b> | cell |",
    "- list > quote 1. number *emphasis* __init__ &amp;",
    "trailing #",
    "如何重設密碼？",
    "x" * 500,
]


@pytest.mark.parametrize("text", AWKWARD_QUESTIONS, ids=lambda text: text[:20])
def test_the_faq_stays_clean_with_any_question_in_it(text: str, tmp_path: Path) -> None:
    question = check_question(text)
    assert isinstance(question, Question)
    trace_id = "550e8400-e29b-41d4-a716-446655440000"
    entry = Entry(question.text, question.hash, question.slug, trace_id, "No link, no list.")
    shutil.copytree(SAMPLE, tmp_path, dirs_exist_ok=True)
    (tmp_path / "docs/FAQ.md").write_bytes(insert(FAQ, entry).encode())
    finished = linter("rumdl", "check", "--no-cache", "docs/FAQ.md", folder=tmp_path)
    assert finished.returncode == 0, finished.stdout


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, by GitHub's rule; no page repeats a heading."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text).lower().replace(" ", "-") for text in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(SAMPLE)))
def test_every_link_to_a_section_leads_to_one(page: Path) -> None:
    for path, anchor in re.findall(r"\]\(([^)#:]+)#([^)]+)\)", page.read_text(encoding="utf-8")):
        assert anchor in anchors(page.parent / path), f"{path}#{anchor}"


def test_there_are_pages_enough_in_three_languages() -> None:
    docs = SAMPLE / "docs"
    assert len(list(docs.glob("*.md"))) >= 12
    assert list(docs.glob("zh-TW/*.md"))
    assert list(docs.glob("ja/*.md"))


def test_the_faq_has_some_twenty_questions_of_which_people_wrote_some() -> None:
    questions = re.findall(r"^## .+[?？]$", FAQ, re.MULTILINE)
    assert len(questions) == 20
    assert len(entries(FAQ)) == 14


def test_the_entries_are_exactly_as_the_service_writes_them() -> None:
    for entry in entries(FAQ):
        assert insert(FAQ, entry) == FAQ
        assert insert(remove(FAQ, entry.question_hash), entry) == FAQ


def test_every_entry_belongs_to_its_question_and_they_stand_in_order() -> None:
    def key(entry: Entry) -> tuple[str, str]:
        return entry.slug, entry.question_hash

    assert list(entries(FAQ)) == sorted(entries(FAQ), key=key)
    for entry in entries(FAQ):
        question = check_question(entry.question)
        assert isinstance(question, Question)
        assert (question.hash, question.slug) == (entry.question_hash, entry.slug)


@pytest.mark.parametrize("word", ["password", "密碼", "密码", "パスワード"])
def test_no_page_speaks_of_passwords(word: str) -> None:
    """People ask how to reset theirs; shiploop has none, so the question must be declined."""
    assert not [page.name for page in PAGES if word in page.read_text(encoding="utf-8").lower()]
