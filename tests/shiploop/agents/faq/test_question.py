import hashlib
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from shiploop.agents.faq.question import (
    MAX_SLUG_CHARACTERS,
    Question,
    QuestionProblem,
    check_question,
    heading_text,
    normalise,
    question_hash,
    unescape_heading,
)
from shiploop.domain.delivery.github_text import MAX_TITLE_CHARACTERS, title_text

ORDINARY = [
    "How do I export my data (CSV)?",
    "What is new in C#, and in C++?",
    "Where is GITHUB_TOKEN set: in .env or ~/.netrc?",
    "What's Phase 10 & when does it start?",
    "如何重設密碼？",
    "パスワードをリセットするには？",
]

MARKUP = st.text(alphabet="ab1 \\`*_{}[]<>()#+-.!|&;~$:/@'\"", min_size=1, max_size=40)
TEXTS = st.one_of(st.text(max_size=80), MARKUP)


def accepted(text: str) -> Question:
    question = check_question(text)
    assert isinstance(question, Question), question
    return question


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", QuestionProblem.BLANK),
        (" \t\r\n\u3000", QuestionProblem.BLANK),
        ("x" * 501, QuestionProblem.TOO_LONG),
        ("How?\nFixes #1", QuestionProblem.CONTROL_CHARACTERS),
        ("How do\tI?", QuestionProblem.CONTROL_CHARACTERS),
        ("How\x00?", QuestionProblem.CONTROL_CHARACTERS),
        ("How\u2028do I?", QuestionProblem.CONTROL_CHARACTERS),
        ("How\ud800?", QuestionProblem.CONTROL_CHARACTERS),
        ("How\u200bdo I?", QuestionProblem.INVISIBLE_CHARACTERS),
        ("How \u202edo I?", QuestionProblem.INVISIBLE_CHARACTERS),
        ("\ufeffHow do I?", QuestionProblem.INVISIBLE_CHARACTERS),
        ("\u3164", QuestionProblem.INVISIBLE_CHARACTERS),
        ("?!…。", QuestionProblem.NO_WORDS),
        ("<!-- -->", QuestionProblem.NO_WORDS),
        ("\uff9e", QuestionProblem.NO_WORDS),
    ],
)
def test_an_unacceptable_text_is_refused_with_its_reason(
    text: str, problem: QuestionProblem
) -> None:
    assert check_question(text) is problem
    assert problem.value.endswith(".")


def test_white_space_around_a_question_is_not_part_of_it_nor_of_its_length() -> None:
    assert accepted("\n  How? \r\n").text == "How?"
    assert accepted(" " + "x" * 500 + "\n").text == "x" * 500


@pytest.mark.parametrize(
    "same",
    [
        "how do i export my data",
        "How do I  export my\u00a0data ?",
        "HOW DO I EXPORT MY DATA?!",
        "Ｈｏｗ do I export my data？",
        "How do I export my data…",
        "How do I export my data。",
    ],
)
def test_width_case_spaces_and_closing_punctuation_do_not_make_another_question(same: str) -> None:
    assert question_hash(same) == question_hash("How do I export my data?")
    assert accepted(same).slug == "how-do-i-export-my-data"


def test_the_hash_is_the_sha_256_of_the_normalised_text() -> None:
    question = accepted("What is C#?")
    assert question.normalised == "what is c#"
    assert question.hash == hashlib.sha256(b"what is c#").hexdigest()


@given(TEXTS)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("What's up, Doc?", "whats-up-doc"),
        ("如何重設密碼？", "如何重設密碼"),
        ("パスワードをリセットするには？", "パスワードをリセットするには"),
        ("हिन्दी क्या है?", "हिन्दी-क्या-है"),
        ("ÉCOLE -- `a`_b", "école-a-b"),
        ("word " * 30, "-".join(["word"] * 12)),
        ("長" * 100, "長" * 60),
    ],
)
def test_a_slug_keeps_letters_and_digits_of_every_script(text: str, slug: str) -> None:
    assert accepted(text).slug == slug


@given(TEXTS)
def test_an_accepted_question_has_a_slug_that_fits_a_url_and_a_comment(text: str) -> None:
    question = check_question(text)
    if isinstance(question, Question):
        assert 0 < len(question.slug) <= MAX_SLUG_CHARACTERS
        assert not re.search(r"--|^-|-$|\s|[<>#%?/\\\"'&]", question.slug)
        assert question.slug == unicodedata.normalize("NFKC", question.slug)


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_question_is_a_title_as_it_stands(text: str) -> None:
    assert title_text(text) == text


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("@everyone who is @org/team", "＠everyone who is ＠org/team"),
        ("Fixes #1, closes a/b#22, GH-3?", "Fixes ＃1, closes a/b＃22, GH－3?"),
        ("1GH-2, _GH-3_, 看GH-4 and high-5", "1GH－2, ＿GH－3＿, 看GH－4 and high-5"),
        ("Fixes https://github.com/a/b/issues/1", "Fixes https：//github.com/a/b/issues/1"),
        ("How [skip ci] [no ci]?", "How ［skip ci］ ［no ci］?"),
        ("skip-checks: true", "skip-checks： true"),
        ("Co-authored-by: x", "Co-authored-by： x"),
        ("# Is <b>it</b> *or* `not`?", "＃ Is ＜b＞it＜/b＞ ＊or＊ ｀not｀?"),
        ("&lt; __it__ some_name", "＆lt; ＿＿it＿＿ some_name"),
    ],
)
def test_what_github_would_act_upon_becomes_a_look_alike(text: str, title: str) -> None:
    assert title_text(text) == title


@given(MARKUP.map(lambda text: text.replace("a", "GH-").replace("b", "[skip ci]")))
def test_no_title_refers_mentions_skips_or_marks_up(text: str) -> None:
    title = title_text(text)
    assert not re.search(r"[@\[\]<>`*\n]|#\d|gh-\d|://|^[\w-]+-\w+\s*:", title, re.IGNORECASE)
    assert len(title) <= MAX_TITLE_CHARACTERS


def test_a_long_question_is_cut_to_fit_a_title() -> None:
    assert title_text("x" * 500) == "x" * (MAX_TITLE_CHARACTERS - 1) + "…"


def shown(markdown: str) -> str:
    heading, inline, *_ = MarkdownIt("gfm-like", {"linkify": False}).parse(f"## {markdown}")
    assert heading.tag == "h2"
    assert inline.children is not None
    assert {child.type for child in inline.children} <= {"text", "text_special"}
    return "".join(child.content for child in inline.children)


@given(MARKUP.map(str.strip).filter(bool))
def test_a_heading_shows_the_question_as_it_was_typed(text: str) -> None:
    assert shown(heading_text(text)) == text
    assert unescape_heading(heading_text(text)) == text


@pytest.mark.parametrize("text", ORDINARY[:2] + ORDINARY[4:])
def test_an_ordinary_question_is_a_heading_as_it_stands(text: str) -> None:
    assert heading_text(text) == text
