"""The answer that a model writes, where there is a model and its reply can be used."""

import logging
from collections.abc import Callable, Sequence

from shiploop.agents.agent import Model
from shiploop.agents.faq.answering.answer import Answer, Unanswered
from shiploop.agents.faq.answering.prompt import Unusable, build_prompt, read_answer
from shiploop.agents.faq.retrieval.sections import Section
from shiploop.domain.prompt import Prices, usage_fields
from shiploop.errors import ModelFailed

# Why an answer must not be shipped, in a sentence; None where it may.
Refuse = Callable[[Answer], str | None]
Notes = dict[str, str]

log = logging.getLogger(__name__)


def answer_by_model(
    question: str, sections: Sequence[Section], model: Model, prices: Prices, refuse: Refuse
) -> tuple[Answer | Unanswered | None, Notes]:
    """Ask the model once; None when it is to be done without. Raises nothing.

    The notes tell which model, what it took, and why it is done without.
    """
    notes = {"model": model.model}
    try:
        reply = model.ask(build_prompt(question, sections))
    except ModelFailed as error:
        return None, _with_problem(notes, str(error))
    if reply.usage is not None:
        notes |= usage_fields(reply.usage, prices)
    answer = read_answer(reply.text, sections)
    if isinstance(answer, Unusable):
        return None, _with_problem(notes, f"the reply cannot be used: {answer.reason}")
    if isinstance(answer, Answer) and (refusal := refuse(answer)) is not None:
        return None, _with_problem(notes, refusal)
    return answer, notes


def _with_problem(notes: Notes, reason: str) -> Notes:
    log.warning("no answer by the model: %s", reason)
    return {**notes, "model_problem": reason}
