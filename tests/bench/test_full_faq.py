"""The FAQ that the load is put onto."""

from pathlib import Path

import pytest

from bench.full_faq import filled
from bench.many_questions import many_questions
from bench.world import BenchFailed
from shiploop.agents.faq.document.document import entries
from shiploop.agents.faq.question import question_hash

SAMPLE = Path(__file__).parents[2] / "sandbox" / "sample_repository" / "docs" / "FAQ.md"


def test_it_has_the_size_asked_for_and_keeps_what_was_there() -> None:
    before = SAMPLE.read_text("utf-8")
    after = filled(before, 60, many_questions(60))
    assert len(entries(after)) == 60
    assert set(entries(before)) < set(entries(after))


def test_it_answers_the_questions_it_was_filled_with() -> None:
    before, texts = SAMPLE.read_text("utf-8"), many_questions(5)
    after = filled(before, len(entries(before)) + len(texts), texts)
    hashes = {entry.question_hash for entry in entries(after)}
    assert {question_hash(text) for text in texts} <= hashes


def test_too_few_questions_are_refused() -> None:
    with pytest.raises(BenchFailed, match="entries instead of 60"):
        filled(SAMPLE.read_text("utf-8"), 60, many_questions(3))
