"""Has a model check an answer that a model wrote, in a call of its own."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from shiploop.agents.agent import Model
from shiploop.agents.faq.judging.claims import Verdict, build_case, build_check, read_verdict
from shiploop.agents.faq.retrieval.sections import Section
from shiploop.domain.delivery.change import Assessment, Level
from shiploop.domain.prompt import Usage
from shiploop.errors import ModelFailed

MODEL = "model"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check says of an answer, and what it took where the server tells that."""

    assessment: Assessment
    usage: Usage | None = None


def judge_by_model(
    question: str, answer: str, sections: Sequence[Section], model: Model
) -> Checked:
    """Let an answer, without its sources, go unattended when the check finds each of its claims.

    Raises nothing. A check that fails raises no level: the answer is a suggestion, as it would be
    without one.
    """
    case = build_case(question, answer, sections)
    if case is None:
        return Checked(_suggested("The answer has too many sentences to be checked."))
    try:
        reply = model.ask(build_check(case))
    except ModelFailed as error:
        log.warning("the model's answer was not checked: %s", error)
        return Checked(_suggested(f"It was not checked: {error}."))
    return Checked(_assessed(read_verdict(reply.text, case)), reply.usage)


def _assessed(verdict: Verdict) -> Assessment:
    if not verdict.vouched:
        return _suggested(verdict.reason)
    return Assessment(Level.AUTO, MODEL, (verdict.reason,))


def _suggested(reason: str) -> Assessment:
    return Assessment(Level.SUGGEST, MODEL, ("A model wrote this answer.", reason))
