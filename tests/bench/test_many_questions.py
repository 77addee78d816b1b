"""The many variants of the bench's questions."""

from itertools import pairwise

import pytest

from bench.documents import handbook
from bench.full_faq import filled
from bench.many_questions import many_questions
from bench.sample import faq, pages
from bench.world import BenchFailed
from shiploop.agents.faq.document.document import FAQ_PATH, entries
from shiploop.agents.faq.question import question_hash
from shiploop.agents.faq.retrieval.terms import content_terms
from tests.bench.shipping import not_shipped

COUNT = 1080
SOME = slice(0, COUNT, 7)  # all of them take half a minute


def test_no_question_is_asked_twice() -> None:
    assert len({question_hash(question) for question in many_questions(COUNT)}) == COUNT


def test_neighbours_ask_about_different_subjects() -> None:
    subjects = [content_terms(question) for question in many_questions(COUNT)]
    assert all(one != other for one, other in pairwise(subjects))


def test_each_is_merged_without_a_person() -> None:
    texts = many_questions(COUNT)
    documents = {**pages(), FAQ_PATH: faq(), **handbook(texts)}
    assert not_shipped(texts[SOME], documents) == []


def test_each_is_answered_when_the_faq_is_filled() -> None:
    texts = many_questions(COUNT)
    for first in range(0, COUNT, 100):  # a long document takes long to be added to
        asked = texts[first : first + 100]
        after = filled("# FAQ\n", len(asked), asked)
        assert {entry.question for entry in entries(after)} == set(asked)


def test_more_questions_than_there_are_is_refused() -> None:
    with pytest.raises(BenchFailed, match="only 1080 different questions"):
        many_questions(COUNT + 1)
