"""The file of questions: what is taken, and what is said of what is not."""

from pathlib import Path

import pytest

from bench.answers.questions import Unusable, read_questions


def test_questions_are_read_with_what_is_expected_of_them(tmp_path: Path) -> None:
    file = tmp_path / "questions.yaml"
    file.write_text(
        "- {question: 'How?', answerable: true, place: 'guide[.]md#(a|b)$'}\n"
        "- {question: 'Why?', answerable: true}\n"
        "- {question: '何?', answerable: false, place: null}\n",
        encoding="utf-8",
    )
    how, why, what = read_questions(file)
    assert how.expects(["docs/guide.md#b"]) is True
    assert how.expects(["docs/guide.md#bc", "docs/guide_md#a"]) is False
    assert how.expects([]) is False
    assert why.expects(["docs/guide.md#b"]) is None
    assert (what.question, what.answerable) == ("何?", False)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("- [", "is no YAML"),
        ("", "has to be a list of"),
        ("questions: []", "has to be a list of"),
        ("[]", "holds no question"),
        ("- {question: '', answerable: true}", "question 1: question"),
        ("- {question: How, answerable: true}\n- How", "question 2:"),
        ("- {question: How}", "question 1: answerable"),
        ("- {question: How, answerable: often}", "question 1: answerable"),
        ("- {question: How, answerable: true, place: '('}", "question 1: place"),
        ("- {question: How, answerable: false, place: a}", "not answerable has no place"),
        ("- {question: How, answerable: true, palce: a}", "question 1: palce"),
    ],
)
def test_what_is_wrong_with_a_file_is_a_sentence(tmp_path: Path, written: str, said: str) -> None:
    file = tmp_path / "questions.yaml"
    file.write_text(written, encoding="utf-8")
    with pytest.raises(Unusable) as raised:
        read_questions(file)
    assert str(file) in raised.value.message
    assert said in raised.value.message


@pytest.mark.parametrize("written", [None, b"- \xff"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, written: bytes | None) -> None:
    file = tmp_path / "questions.yaml"
    if written is not None:
        file.write_bytes(written)
    with pytest.raises(Unusable, match="cannot be read"):
        read_questions(file)
