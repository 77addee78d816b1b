"""The many variants of the bench's questions."""

from itertools import pairwise
from pathlib import Path

import pytest

from bench.many_questions import many_questions
from bench.world import BenchFailed
from shiploop.agents.faq.answering.answer import Answer, compose_extractive_answer
from shiploop.agents.faq.question import question_hash
from shiploop.agents.faq.retrieval.index import DocsIndex
from shiploop.agents.faq.retrieval.terms import content_terms

SAMPLE = Path(__file__).parents[2] / "sandbox" / "sample_repository"
COUNT = 1130


def test_no_question_is_asked_twice() -> None:
    assert len({question_hash(question) for question in many_questions(COUNT)}) == COUNT


def test_neighbours_ask_about_different_subjects() -> None:
    subjects = [content_terms(question) for question in many_questions(COUNT)]
    assert all(one != other for one, other in pairwise(subjects))


def test_the_sample_repository_answers_all_of_them() -> None:
    index = DocsIndex(
        {str(path.relative_to(SAMPLE)): path.read_text() for path in SAMPLE.rglob("*.md")}
    )
    for question in many_questions(COUNT):
        answer = compose_extractive_answer(question, index.search(question))
        assert isinstance(answer, Answer), question


def test_more_questions_than_there_are_is_refused() -> None:
    with pytest.raises(BenchFailed, match="only 1130 different questions"):
        many_questions(COUNT + 1)
