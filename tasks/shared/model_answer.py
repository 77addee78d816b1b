"""The answer that a model writes, where there is a model and it can be used."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from redis.exceptions import RedisError

from shiploop.agents.faq.answering.answer import Answer, Declined
from shiploop.agents.faq.answering.prompt import Unusable, build_prompt, read_answer
from shiploop.agents.faq.gate.gate import Refusal, refusal_reason
from shiploop.agents.faq.retrieval.sections import Hit
from shiploop.bootstrap import services
from shiploop.domain.delivery.task import Run
from shiploop.domain.model_usage import Prices, usage_fields
from shiploop.errors import ModelFailed, RepositoryUnusable
from tasks.shared.gate import refusals_of

log = logging.getLogger(__name__)


def answer_by_model(run: Run, hits: Sequence[Hit]) -> Answer | Declined | None:
    """Ask the model once; None when it is to be done without. Raises nothing."""
    llm = services().llm
    if llm is None or not hits:
        return None
    prompt = build_prompt(run.question, hits)
    told = {"model": llm.model}
    try:
        reply = llm.ask(prompt)
    except ModelFailed as error:
        _note_problem(run, told, str(error))
        return None
    if reply.usage is not None:
        told |= usage_fields(reply.usage, _prices())
    answer = read_answer(reply.text, prompt)
    if isinstance(answer, Unusable):
        _note_problem(run, told, f"the reply cannot be used: {answer.reason}")
        return None
    if isinstance(answer, Answer) and (refusals := _refusals(run, answer)):
        _note_problem(run, told, refusal_reason(refusals))
        return None
    _note(run, told)
    return answer


def _refusals(run: Run, answer: Answer) -> tuple[Refusal, ...]:
    """What the gate would say of the answer: a quotation may pass where the model's does not."""
    try:
        return refusals_of(run, answer, services().documents.faq())
    except RepositoryUnusable:
        return ()  # of the FAQ as it stood: the step that adds to it says so of today's


def _note_problem(run: Run, told: dict[str, str], reason: str) -> None:
    log.warning("no answer by the model: %s", reason)
    _note(run, {**told, "model_problem": reason})


def _note(run: Run, told: dict[str, str]) -> None:
    try:
        services().tasks.note(run.task_id, datetime.now(UTC), **told)
    except RedisError as error:
        # Tried again, the step would ask, and pay for, the model again.
        log.warning("what the model took is not noted: %s", error)


def _prices() -> Prices:
    settings = services().settings
    return Prices(settings.openai_input_usd, settings.openai_output_usd)
