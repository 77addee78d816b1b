"""An answer in the documents' own words: the section that the question names, else a passage.

Exact beats clever: where the question is a heading, nothing but that section answers it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from shiploop.agents.faq.answering.answer import (
    Answer,
    quoted_answer,
    read_on,
    source_of,
    with_sources,
)
from shiploop.agents.faq.answering.draft import Draft, unanswered
from shiploop.agents.faq.answering.quotation import (
    Quotation,
    Unquotable,
    join_sections,
    quote_part,
    quote_section,
)
from shiploop.agents.faq.judging.judge import (
    COMPARED,
    HEADING,
    PASSAGE,
    Nearness,
    Refused,
    choose_passage,
    is_heading,
    judge_link,
    judge_part,
    judge_passage,
    judge_whole,
)
from shiploop.agents.faq.quoting.links import Reach
from shiploop.agents.faq.retrieval.headings import Ambiguous, Named
from shiploop.agents.faq.retrieval.language import is_answered_in
from shiploop.agents.faq.retrieval.library import Library
from shiploop.agents.faq.retrieval.sections import Hit, Section
from shiploop.agents.faq.retrieval.terms import content_terms

_READ_ON: Final = 3  # places, where there is no answer


@dataclass(frozen=True, slots=True)
class Quoter:
    """Quotes one commit's documents; `nearness` is the small model's, where there is one."""

    library: Library
    allowed_hosts: frozenset[str]
    nearness: Nearness | None = None

    def quote(self, question: str, named: Named | Ambiguous | None, hits: Sequence[Hit]) -> Draft:
        """Answer by quoting; no answer where nothing may be quoted, not even as a suggestion."""
        match named:
            case Named():
                return self._named(question, named, hits)
            case Ambiguous(sections):
                return self._one_of(question, sections, hits)
            case None:
                return self._passage(question, hits)

    def _named(self, question: str, named: Named, hits: Sequence[Hit]) -> Draft:
        with_below = self._with_those_below(question, named, hits)
        if with_below is not None and with_below.goes_unattended:
            return with_below
        whole = quote_section(named.section, self._reach)
        if isinstance(whole, Quotation):
            judged = judge_whole(question, named, whole.text, self.library.pages, hits)
            return Draft(quoted_answer(named.section, whole), judged)
        part = quote_part(named.section, lambda text: 1.0, self._reach)  # all of it is meant
        if isinstance(part, Quotation):
            return Draft(quoted_answer(named.section, part), judge_part(named, whole.reason))
        return linked(named.section, HEADING, is_heading(named), part.reason)

    def _with_those_below(self, question: str, named: Named, hits: Sequence[Hit]) -> Draft | None:
        """Quote a section with all that stands below it, where that is little."""
        joined = join_sections((named.section, *named.below))
        quoted = quote_section(joined, self._reach) if joined else None
        if joined is None or not isinstance(quoted, Quotation):
            return None
        whole = replace(named, section=joined, has_more_below=False, below=())
        answer = quoted_answer(named.section, quoted, named.below)
        judged = judge_whole(question, whole, quoted.text, self.library.pages, hits)
        return Draft(answer, judged)

    def _one_of(self, question: str, sections: Sequence[Section], hits: Sequence[Hit]) -> Draft:
        """Of several sections with that heading, the only one in the language of the question."""
        readable = [each for each in sections if _is_readable(question, each)]
        if len(readable) == 1:
            return self._passage(question, [hit for hit in hits if hit.section in readable])
        why = f"{len(sections)} sections have this heading, and the question does not tell which"
        return unanswered((readable or sections)[:_READ_ON], why)

    def _passage(self, question: str, hits: Sequence[Hit]) -> Draft:
        """The passage that the judge would show a person."""
        readable = [hit for hit in hits if _is_readable(question, hit.section)]
        closest = [hit.section for hit in hits[:_READ_ON]]
        if hits and not readable:
            return unanswered(closest, "what was found is in other languages")
        chosen = choose_passage(question, readable, self.nearness)
        if isinstance(chosen, Refused):
            return unanswered(closest, chosen.reason)
        section = chosen.hit.section
        part = quote_part(section, _says(question, section), self._reach)
        if isinstance(part, Unquotable):
            return linked(section, PASSAGE, chosen.why, part.reason)
        return Draft(quoted_answer(section, part), judge_passage(question, chosen, part.text))

    @property
    def looks_at(self) -> int:
        """How many of what a search finds first may be quoted."""
        return COMPARED if self.nearness else _READ_ON

    @property
    def _reach(self) -> Reach:
        return Reach(self.allowed_hosts, self.library.has_place)


def _says(question: str, section: Section) -> Callable[[str], float]:
    """How many of a question's terms a text of a section has, whose headings count for all.

    Never none: what was found under another spelling is what was meant.
    """
    terms = frozenset(content_terms(question))
    headings = terms.intersection(content_terms("\n".join(section.heading_path)))
    return lambda text: 0.5 + len(headings.union(terms.intersection(content_terms(text))))


def linked(section: Section, kind: str, why: str, why_not_quoted: str) -> Draft:
    """Answer by a link to a section; `why` says why to that one."""
    source = source_of(section)
    answer = Answer(with_sources(read_on(section), (source,)), (source,), "extractive")
    return Draft(answer, judge_link(kind, why, why_not_quoted))


def _is_readable(question: str, section: Section) -> bool:
    """Tell whether a section is in the language of the question, so that it can be quoted."""
    text = "\n".join((*section.heading_path, section.text))
    return is_answered_in(question, text)
