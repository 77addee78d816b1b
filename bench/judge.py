"""How long it takes to quote and judge an answer, without the small model and with it."""

import time
from collections.abc import Sequence

from bench.measurement import Figure, Measurement, Unit, percentile
from bench.retrieval_questions import held_out_half
from bench.sample import sample_library
from shiploop.agents.faq.answering.quoter import Quoter
from shiploop.agents.faq.judging.small_model import small_model

_BOUND_MS = 30
_BOUND_WITH_MODEL_MS = 300
_DEFINITION = (
    "of the held-out questions of bench/retrieval_questions.yaml: from the sections found to the "
    "quotation and the judge's word on it, each the first time that it is asked"
)


def measure_judge(_times: int) -> Measurement:
    """Judge each question once: what is remembered of a first time is no measurement."""
    library = sample_library()
    questions = [each.text for each in held_out_half()]
    plain = _judge_all(Quoter(library, frozenset()), questions)
    figures = [Figure("without a model, p95", percentile(plain, 95), _BOUND_MS, Unit.MS)]
    observed = {"without a model": tuple(plain)}
    if (model := small_model()) is not None:
        model.nearness("Is it loaded?", "It is.")
        near = _judge_all(Quoter(library, frozenset(), model.nearness), questions)
        p95_ms = percentile(near, 95)
        figures.append(Figure("with the small model, p95", p95_ms, _BOUND_WITH_MODEL_MS, Unit.MS))
        observed["with the small model"] = tuple(near)
    return Measurement("judge", _DEFINITION, tuple(figures), observed)


def _judge_all(quoter: Quoter, questions: Sequence[str]) -> list[float]:
    return [_judge_ms(quoter, question) for question in questions]


def _judge_ms(quoter: Quoter, question: str) -> float:
    hits = quoter.library.index.search(question, quoter.looks_at)
    began = time.perf_counter()
    quoter.quote(question, quoter.library.headings.find(question), hits)
    return 1000 * (time.perf_counter() - began)
