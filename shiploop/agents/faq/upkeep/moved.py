"""An answer whose words stand in another section by now: found by the words themselves."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from shiploop.agents.faq.answering.answer import source_of, with_sources
from shiploop.agents.faq.document.entry import Entry, clean_answer
from shiploop.agents.faq.gate.citation import without_citation
from shiploop.agents.faq.retrieval.index import DocsIndex
from shiploop.agents.faq.retrieval.sections import Section
from shiploop.agents.faq.upkeep.quoted import is_quoted
from shiploop.domain.delivery.change import Assessment, Level, Proposal
from shiploop.domain.delivery.github_text import code_text

# How such answers are called where their kind earns its level.
_KIND: Final = "moved"
_LOOKED_AT: Final = 10

Search = Callable[[str], Sequence[Section]]


def search_in(index: DocsIndex) -> Search:
    """The sections that have most of a text's words, the best first."""
    return lambda text: [hit.section for hit in index.search(text, _LOOKED_AT)]


def find_moved(answer: str, search: Search) -> Section | None:
    """The section that says all of an answer today, word for word."""
    found = search(without_citation(answer))
    return next((section for section in found if is_quoted(answer, [section])), None)


def propose_move(entry: Entry, section: Section, looked_for: Proposal) -> Proposal:
    """Let an entry cite the section in which its words stand by now."""
    source = source_of(section)
    answer = clean_answer(with_sources(without_citation(entry.answer), (source,)))
    place = code_text(f"{section.path}#{section.anchor}")
    return replace(
        looked_for,
        content={**looked_for.content, "answer": answer},
        evidence=(source,),
        generator="extractive",
        assessment=Assessment(Level.AUTO, _KIND, (f"Its words stand in {place} by now.",)),
    )
