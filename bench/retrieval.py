"""Whether the right section is found, an answer is owed, and a question was answered before."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.measurement import Figure, Measurement, Unit
from bench.retrieval_questions import Expected, held_out_half
from bench.sample import faq, sample_library
from shiploop.agents.faq.answering.answer import Answer
from shiploop.agents.faq.answering.near_duplicate import find_duplicate
from shiploop.agents.faq.drafting import Drafter
from shiploop.agents.faq.judging.small_model import small_model
from shiploop.domain.prompt import Prices

_LOOKED_AT = 3
_FOUND_BOUND = 90.0
_INVENTED_BOUND = 5.0
_DUPLICATES_BOUND = 80.0
_FALSE_DUPLICATES_BOUND = 5.0
_DEFINITION = (
    "of the questions in bench/retrieval_questions.yaml, those that are held out from tuning: "
    f"an expected section is among the first {_LOOKED_AT}; nothing is answered, not even as a "
    "suggestion, that no page answers; the entry that answers it in other words is named, and none "
    "where there is none"
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A question, and what was made of it: `found`, `quoted` mean an expected section."""

    expected: Expected
    found: bool
    answered: bool
    quoted: bool
    duplicate_of: str | None


def measure_retrieval(_times: int) -> Measurement:
    """Ask each held-out question once: the same is found however often it is asked."""
    judged = judge(held_out_half())
    answerable = [one.found for one in judged if one.expected.answerable]
    quoted = [one.quoted for one in judged if one.expected.answerable]
    invented = [one.answered for one in judged if not one.expected.answerable]
    repeated = [one.duplicate_of == one.expected.repeats for one in judged if one.expected.repeats]
    wronged = [one.duplicate_of is not None for one in judged if not one.expected.repeats]
    return Measurement(
        "retrieval",
        _DEFINITION,
        (
            Figure("hit@3", _share(answerable), _FOUND_BOUND, Unit.PERCENT, at_least=True),
            Figure("answered though no page does", _share(invented), _INVENTED_BOUND, Unit.PERCENT),
            Figure(
                "duplicates in other words found",
                _share(repeated),
                _DUPLICATES_BOUND,
                Unit.PERCENT,
                at_least=True,
            ),
            Figure(
                "others taken for duplicates",
                _share(wronged),
                _FALSE_DUPLICATES_BOUND,
                Unit.PERCENT,
            ),
        ),
        {
            "found, 1 = yes": _values(answerable),
            "an expected section quoted": _values(quoted),
            "answered though no page does": _values(invented),
            "duplicate found": _values(repeated),
            "taken for a duplicate": _values(wronged),
        },
    )


def judge(questions: Sequence[Expected]) -> Sequence[Judged]:
    """Ask each question of the sample repository, as a task would."""
    model = small_model()
    nearness = model.nearness if model else None
    drafter = Drafter(sample_library(), frozenset(), Prices(None, None), nearness)
    document = faq()
    return [_judged(one, drafter, document) for one in questions]


def _judged(expected: Expected, drafter: Drafter, document: str) -> Judged:
    hits = drafter.library.index.search(expected.text, _LOOKED_AT)
    answer = drafter.draft(expected.text, None, lambda written: None).answer
    found = {f"{hit.section.path}#{hit.section.anchor}" for hit in hits}
    sources = answer.sources if isinstance(answer, Answer) else ()
    quoted = {f"{source.path}#{source.anchor}" for source in sources}
    duplicate = find_duplicate(expected.text, answer, document)
    return Judged(
        expected,
        found=bool(expected.sections & found),
        answered=isinstance(answer, Answer),
        quoted=bool(expected.sections & quoted),
        duplicate_of=duplicate.question if duplicate else None,
    )


def _share(flags: Sequence[bool]) -> float:
    return 100 * sum(flags) / len(flags)


def _values(flags: Sequence[bool]) -> tuple[float, ...]:
    return tuple(float(flag) for flag in flags)
