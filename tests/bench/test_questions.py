"""The questions that the bench asks."""

from pathlib import Path

import pytest

from bench.world import BenchFailed, questions
from shiploop.agents.faq.answering.answer import Answer, compose_extractive_answer
from shiploop.agents.faq.question import question_hash
from shiploop.agents.faq.retrieval.index import DocsIndex

SAMPLE = Path(__file__).parents[2] / "sandbox" / "sample_repository"
COUNT = 50


@pytest.fixture(scope="module")
def sample() -> DocsIndex:
    return DocsIndex(
        {str(path.relative_to(SAMPLE)): path.read_text() for path in SAMPLE.rglob("*.md")}
    )


@pytest.mark.parametrize("question", questions(COUNT))
def test_the_sample_repository_answers(sample: DocsIndex, question: str) -> None:
    answer = compose_extractive_answer(question, sample.search(question))
    assert isinstance(answer, Answer)


def test_no_question_is_asked_twice() -> None:
    assert len({question_hash(question) for question in questions(COUNT)}) == COUNT


def test_more_questions_than_there_are_is_refused() -> None:
    with pytest.raises(BenchFailed, match=r"questions\.txt has only"):
        questions(1000)
