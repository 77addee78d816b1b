"""How an answer comes about: who writes it, and who judges it.

Without a model the documents are quoted. With one, it writes and a second call of it judges; what
it writes goes unattended only when that call, and our own comparison, find no fault. A quotation
that may go unattended comes before an answer that may not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from shiploop.agents.agent import Model
from shiploop.agents.faq.answering.answer import Answer, Unanswered, source_of
from shiploop.agents.faq.answering.draft import Draft, unanswered
from shiploop.agents.faq.answering.model_answer import (
    Refuse,
    Written,
    answer_by_model,
    do_without,
)
from shiploop.agents.faq.answering.quoter import Quoter
from shiploop.agents.faq.gate.citation import without_citation
from shiploop.agents.faq.judging.judge import HEADING, Nearness
from shiploop.agents.faq.judging.model_judge import Checked, judge_by_model
from shiploop.agents.faq.judging.rules import says, unknown_names, words_of
from shiploop.agents.faq.retrieval.headings import Ambiguous, Named
from shiploop.agents.faq.retrieval.library import Library
from shiploop.agents.faq.retrieval.sections import Section
from shiploop.domain.prompt import Prices, Usage, usage_fields

_ENOUGH_SECTIONS: Final = 50  # in fewer, many a common word is not said
_SHOWN: Final = 3  # sections: a model reads much of each rather than little of many


@dataclass(frozen=True, slots=True)
class Drafter:
    """Answers questions from one commit's documents."""

    library: Library
    allowed_hosts: frozenset[str]
    prices: Prices
    nearness: Nearness | None = None

    def draft(self, question: str, model: Model | None, refuse: Refuse) -> Draft:
        """Draft an answer; raises nothing of the model's. `refuse` is the gate's word on one."""
        named = self.library.headings.find(question)
        quoter = Quoter(self.library, self.allowed_hosts, self.nearness)
        hits = self.library.index.search(question, quoter.looks_at)
        found = [hit.section for hit in hits[:_SHOWN]]
        meant = question if named else self.library.index.without_slips(question)
        if named is None and (unknown := self._unknown(meant, found)):
            return unanswered(found, f"they do not know {', '.join(unknown)}")
        quoted = quoter.quote(meant, named, hits)
        sections = _first(named, found)
        if model is None or not sections:
            return quoted
        written = answer_by_model(question, sections, model, refuse)
        if isinstance(named, Named):
            written = _of_section(written, named.section)
        return self._judged(question, sections, written, quoted, model)

    def _unknown(self, question: str, found: Sequence[Section]) -> tuple[str, ...]:
        """What of a question no document has: who asks so asks for something else."""
        names = unknown_names(question, lambda name: _is_known(name, self.library))
        if names or len(self.library.index.sections) < _ENOUGH_SECTIONS:
            return names
        texts = "\n".join("\n".join((*each.heading_path, each.text)) for each in found).casefold()
        words = (word for word in words_of(question) if word not in texts)
        search = self.library.index.search
        return tuple(word for word in words if not search(word, 1))

    def _judged(
        self,
        question: str,
        sections: Sequence[Section],
        written: Written,
        quoted: Draft,
        model: Model,
    ) -> Draft:
        checked = None
        if isinstance(written.answer, Answer):
            cited = [each for each in sections if source_of(each) in written.answer.sources]
            body = without_citation(written.answer.text)
            checked = judge_by_model(question, body, cited, model)
        usages = (written.usage, checked.usage if checked else None)
        notes = {"model": model.model, **_used(usages, self.prices)}
        if written.problem is not None:
            notes["model_problem"] = written.problem
        return replace(_better(quoted, written, checked, sections), notes=notes)


def _is_known(name: str, library: Library) -> bool:
    hits = library.index.search(name)
    if not name.isascii():
        return bool(hits)  # the search knows how else it may be written
    found = (hit.section for hit in hits)
    texts = ("\n".join((each.path, *each.heading_path, each.text)) for each in found)
    return any(says(text, name) for text in texts)


def _first(named: Named | Ambiguous | None, found: Sequence[Section]) -> tuple[Section, ...]:
    """What a model reads: what the question names comes first."""
    first = (named.section,) if isinstance(named, Named) else ()
    return tuple(dict.fromkeys((*first, *found)))[:_SHOWN]


def _of_section(written: Written, section: Section) -> Written:
    """Do without an answer that is not of the section that the question names."""
    answer = written.answer
    if isinstance(answer, Answer) and source_of(section) not in answer.sources:
        return do_without(written, "it does not cite the section that the question names")
    return written


def _better(
    quoted: Draft, written: Written, checked: Checked | None, sections: Sequence[Section]
) -> Draft:
    if checked is not None and isinstance(written.answer, Answer):
        by_model = Draft(written.answer, checked.assessment)
        return by_model if by_model.goes_unattended or not quoted.goes_unattended else quoted
    if isinstance(written.answer, Unanswered) and quoted.assessment.kind != HEADING:
        return unanswered(sections, "")  # no search is a better judge of that than a model
    return quoted


def _used(usages: Sequence[Usage | None], prices: Prices) -> Mapping[str, str]:
    """What both calls took, as one; nothing where the server does not say."""
    known = [usage for usage in usages if usage is not None]
    if not known:
        return {}
    total = Usage(sum(u.tokens_in for u in known), sum(u.tokens_out for u in known))
    return usage_fields(total, prices)
