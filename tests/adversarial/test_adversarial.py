"""Nothing hostile ships: each input is refused, or what would be shipped does no harm."""

import pytest

from shiploop.agents.faq.document.document import UnsafeEntryError, insert
from shiploop.agents.faq.gate.gate import Candidate, check_answer
from shiploop.agents.faq.question import Question, check_question
from shiploop.domain.delivery.messages import commit_message
from tests.adversarial.harmless import harms
from tests.adversarial.inputs import FAMILIES, A, Q
from tests.adversarial.target import extract, from_model, pages, proposed
from tests.builders import a_task
from tests.hostile import assert_without_effect

GOOD = "`shiploop freeze` holds every merge, and `shiploop unfreeze` lets them continue."
INPUTS = [
    pytest.param(each, id=f"{family} {number}")
    for family, inputs in FAMILIES.items()
    for number, each in enumerate(inputs)
]
QUESTIONS = [one for inputs in FAMILIES.values() for one in inputs if isinstance(one, Q)]


def candidates(hostile: Q | A) -> list[Candidate]:
    """What we would make of it: an extract, and what an obliging model would say."""
    if isinstance(hostile, A):
        return [from_model(hostile.text)]
    if not isinstance(check_question(hostile.text), Question):
        return []
    extracted = extract(hostile.text)
    return [from_model(GOOD, hostile.text), *([extracted] if extracted else [])]


def harms_of(found: Candidate) -> set[str]:
    try:
        after = insert(found.document, found.entry)
    except UnsafeEntryError:
        return {"it cannot be written"}
    return harms(found.document, after, found.entry.question, pages())


@pytest.mark.parametrize("hostile", INPUTS)
def test_it_is_refused_or_harmless(hostile: Q | A) -> None:
    for found in candidates(hostile):
        if not check_answer(found):
            assert harms_of(found) == set()


@pytest.mark.parametrize("hostile", QUESTIONS)
def test_no_question_has_an_effect_in_a_title_or_a_commit(hostile: Q) -> None:
    question = check_question(hostile.text)
    if isinstance(question, Question):
        task, proposal = a_task(), proposed(question.text)
        assert_without_effect(proposal.title, "Update FAQ - x")
        assert_without_effect(proposal.summary, "Adds the answer to: x")
        headline, body = commit_message(task, proposal)
        assert (headline, body) == (proposal.title, f"Trace-Id: {task.task_id}")


def test_there_are_enough_inputs_of_enough_kinds() -> None:
    assert sum(map(len, FAMILIES.values())) >= 150
    assert len(FAMILIES) >= 12


def test_the_checker_sees_harm_in_most_of_what_is_refused_and_none_in_a_good_answer() -> None:
    """Otherwise an escape would not be noticed: it knows nothing of the gate."""
    assert harms_of(from_model(GOOD)) == set()
    answers = [one for inputs in FAMILIES.values() for one in inputs if isinstance(one, A)]
    small = [one for one in answers if len(one.text) < 10_000]
    seen = [one for one in small if harms_of(from_model(one.text))]
    assert len(seen) >= 0.9 * len(small), [one for one in small if one not in seen]
