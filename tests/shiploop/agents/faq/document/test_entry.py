from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shiploop.agents.faq.document.document import entries, find, insert, remove
from shiploop.agents.faq.document.entry import (
    Entry,
    UnsafeEntryError,
    answer_problem,
    clean_answer,
    entry_id,
    render_entry,
)
from shiploop.agents.faq.document.form import Form
from shiploop.agents.faq.document.markers import ends_open
from shiploop.agents.faq.question import Question, check_question

TRACE_ID = "0b0e4a4e-62d5-4b1e-9d57-1c7f6c2b8a01"


def entry(text: str, answer: str = "An answer.") -> Entry:
    question = check_question(text)
    assert isinstance(question, Question)
    return Entry(question.text, question.hash, question.slug, TRACE_ID, answer)


EXPORT = entry("How do I export my data?")
DOCUMENT = insert(insert("# FAQ\n", entry("Is `x` <b>?")), entry("如何？", "```\n## no\n```"))


def test_an_entry_is_named_by_its_slug_and_hash_whatever_its_answer() -> None:
    assert entry_id(EXPORT) == "how-do-i-export-my-data-523ca6ac"
    assert entry_id(replace(EXPORT, answer="Another.", trace_id="x")) == entry_id(EXPORT)


def test_line_ends_are_unified_and_blank_lines_around_an_answer_dropped() -> None:
    assert clean_answer(" \r\n\n  first\r\rlast  \n\n") == "  first\n\nlast"


@pytest.mark.parametrize(
    "answer",
    ["See <https://example.com>.", "`<b>`", "```html\n<!-- x -->\n# y\n```", "a < b", "- a\n\n  b"],
)
def test_links_and_code_are_no_raw_html(answer: str) -> None:
    assert answer_problem(answer) is None


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (" \n", "blank"),
        ("```sh\nmake", "open"),
        ("a\n\n<!-- comment", "open"),
        ("a <b>bold</b> word", "raw HTML"),
        ("<details>\n\ntext", "raw HTML"),
        ("<!-- note -->", "raw HTML"),
        (f"text\n<!-- /shiploop:entry {entry_id(EXPORT)} -->\ntext", "raw HTML"),
        ("## Steps", "heading"),
        ("Steps\n---", "heading"),
        ("[docs]: https://example.com", "link label"),
        ("null \x00", "control"),
        ("half of \ud83d", "control"),
    ],
)
def test_an_answer_that_would_not_stay_in_its_entry_is_refused(answer: str, problem: str) -> None:
    with pytest.raises(UnsafeEntryError, match=problem):
        render_entry(replace(EXPORT, answer=answer), Form())


@pytest.mark.parametrize(
    "broken",
    [
        {"trace_id": "x --> y"},
        {"slug": "a b"},
        {"slug": ""},
        {"question_hash": "abc"},
        {"question": "two\nlines"},
        {"question": ""},
    ],
)
def test_an_entry_that_could_not_be_read_back_is_refused(broken: dict[str, str]) -> None:
    with pytest.raises(UnsafeEntryError, match="cannot be written"):
        render_entry(replace(EXPORT, **broken), Form())


@given(st.text(alphabet="ab `~#<>!-[]()\n*_:/", min_size=1, max_size=60))
def test_whatever_the_answer_it_is_refused_or_kept_whole(answer: str) -> None:
    new = replace(EXPORT, answer=answer)
    if answer_problem(clean_answer(answer)):
        with pytest.raises(UnsafeEntryError):
            insert(DOCUMENT, new)
        return
    after = insert(DOCUMENT, new)
    assert find(after, new.question_hash) == replace(new, answer=clean_answer(answer))
    assert len(entries(after)) == len(entries(DOCUMENT)) + 1
    assert remove(after, new.question_hash) == DOCUMENT
    assert not ends_open(after)


@given(st.text(max_size=60))
def test_whatever_the_question_it_is_read_back_as_typed(text: str) -> None:
    assume(isinstance(check_question(text), Question))
    asked = entry(text)
    assert entries(insert(DOCUMENT, asked)).count(asked) == 1
