"""The answer that a model writes, where there is a model and its reply can be used."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shiploop.agents.agent import Model
from shiploop.agents.faq.answering.answer import Answer, Unanswered
from shiploop.agents.faq.answering.prompt import Unusable, build_prompt, read_answer
from shiploop.agents.faq.retrieval.sections import Section
from shiploop.domain.prompt import Usage
from shiploop.errors import ModelFailed

# Why an answer must not be shipped, in a sentence; None where it may.
Refuse = Callable[[Answer], str | None]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Written:
    """What a model wrote, and what it took; no answer when it is to be done without, and why."""

    answer: Answer | Unanswered | None
    usage: Usage | None = None
    problem: str | None = None


def answer_by_model(
    question: str, sections: Sequence[Section], model: Model, refuse: Refuse
) -> Written:
    """Ask the model once. Raises nothing."""
    try:
        reply = model.ask(build_prompt(question, sections))
    except ModelFailed as error:
        return do_without(Written(None), str(error))
    answer = read_answer(reply.text, sections)
    if isinstance(answer, Unusable):
        reason = f"the reply cannot be used: {answer.reason}"
        return do_without(Written(None, reply.usage), reason)
    written = Written(answer, reply.usage)
    if isinstance(answer, Answer) and (refusal := refuse(answer)) is not None:
        return do_without(written, refusal)
    return written


def do_without(written: Written, problem: str) -> Written:
    """Leave out what the model wrote, and keep what it took."""
    log.warning("no answer by the model: %s", problem)
    return Written(None, written.usage, problem)
