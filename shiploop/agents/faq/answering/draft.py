"""A draft: an answer with what the judge says of it, or none and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from shiploop.agents.faq.answering.answer import Answer, Unanswered, source_of
from shiploop.agents.faq.retrieval.sections import Section
from shiploop.domain.delivery.change import Assessment, Level


@dataclass(frozen=True, slots=True)
class Draft:
    """`notes` are kept with the task; `why_not` is why there is no answer, in a clause."""

    answer: Answer | Unanswered
    assessment: Assessment = field(default_factory=Assessment)
    notes: Mapping[str, str] = field(default_factory=dict)
    why_not: str = ""

    @property
    def goes_unattended(self) -> bool:
        """Whether nobody has to look at the answer before it is shipped."""
        return isinstance(self.answer, Answer) and self.assessment.level is Level.AUTO


def unanswered(closest: Iterable[Section], why_not: str) -> Draft:
    """No answer, and where to read on."""
    sources = dict.fromkeys(map(source_of, closest))
    return Draft(Unanswered(tuple(sources)), why_not=why_not)
