"""The questions that the bench asks."""

import pytest

from bench.sample import faq, pages
from bench.world import BenchFailed, questions
from shiploop.agents.faq.document.document import FAQ_PATH
from shiploop.agents.faq.question import question_hash
from tests.bench.shipping import not_shipped

COUNT = 52


def test_each_is_merged_without_a_person() -> None:
    assert not_shipped(questions(COUNT), {**pages(), FAQ_PATH: faq()}) == []


def test_no_question_is_asked_twice() -> None:
    assert len({question_hash(question) for question in questions(COUNT)}) == COUNT


def test_more_questions_than_there_are_is_refused() -> None:
    with pytest.raises(BenchFailed, match=r"questions\.txt has only"):
        questions(1000)
