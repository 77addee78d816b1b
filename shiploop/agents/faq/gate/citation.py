"""The answer says where it is from, and says nothing in the documents' name that they do not."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from shiploop.agents.faq.answering.answer import cite, read_on, source_of
from shiploop.agents.faq.answering.quotation import is_quotation, join_sections
from shiploop.agents.faq.gate.refusal import Refusal
from shiploop.agents.faq.gate.text import Candidate, Text, read_text, squeeze
from shiploop.agents.faq.quoting.links import Reach
from shiploop.agents.faq.retrieval.sections import Section

_LEAD: Final = re.compile(
    r"(?:Sources?|來源|来源|出處|出处|出典)\s*[:：][\s,;、，；]*", re.IGNORECASE
)

# Escaped pairs are passed over first: no bracket of theirs begins a link.
_LINK: Final = re.compile(r"(\\.)|\[(?:\\.|[^\[\]\\])*\]\([^()\s]*\)")


def expected_citations(sections: Sequence[Section]) -> str:
    """The citation of each section as the last line of an answer writes it."""
    return cite(map(source_of, sections))


def without_citation(text: str) -> str:
    """The answer without its last paragraph, which names the sources."""
    body, blank, last = text.rpartition("\n\n")
    return body if blank and _LEAD.match(last) else text


def check_citations(candidate: Candidate) -> Iterator[Refusal]:
    """Every source is a section that exists, and the last line names them all, rightly."""
    there = [source_of(section) for section in candidate.sections]
    if any(source not in there for source in candidate.answer.sources):
        yield Refusal.UNKNOWN_SECTION
    text = candidate.entry.answer
    last = text.removeprefix(without_citation(text)).strip()
    cited = tuple(s for s in candidate.sections if source_of(s) in candidate.answer.sources)
    found = read_text(last).links
    expected = read_text(expected_citations(cited)).links
    # Nothing but the links: what is left of the line without them must be punctuation.
    rest = _LEAD.sub("", _LINK.sub(r"\1", last))
    if not expected or sorted(map(str, found)) != sorted(map(str, expected)) or rest.strip(" ,、;"):
        yield Refusal.NO_CITATION


def check_quotations(candidate: Candidate, text: Text) -> Iterator[Refusal]:
    """An extract is a quotation from end to end; elsewhere `>` says that it is one."""
    body = without_citation(candidate.entry.answer)
    # The sections are long: they are parsed only where something is held against them.
    if candidate.answer.generator == "extractive":
        reach = Reach(candidate.allowed_hosts)
        joined = join_sections(candidate.sections)
        quotable = (*candidate.sections, joined) if joined else candidate.sections
        if not any(_is_quoted(body, each, reach) for each in quotable):
            yield Refusal.MISQUOTED
        return  # its code is the section's as well
    if quotations := tuple(_quoted(body)):
        written = squeeze(" ".join(read_text(s.text).prose for s in candidate.sections))
        if not all(squeeze(quoted) in written for quoted in quotations):
            yield Refusal.MISQUOTED
    yield from _check_code(candidate, text)


def _check_code(candidate: Candidate, text: Text) -> Iterator[Refusal]:
    """A command that somebody will copy must be the documents' own."""
    if not text.code:
        return
    written = squeeze("\n".join((candidate.entry.question, *(s.text for s in candidate.sections))))
    if not all(squeeze(code) in written for code in text.code):
        yield Refusal.FOREIGN_CODE


def _quoted(body: str) -> Iterator[str]:
    """What stands in quotations, paragraph by paragraph."""
    depth = 0
    for token in read_text(body).tokens:
        depth += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        if depth and token.type == "inline":
            yield read_text(token.content).prose


def _is_quoted(body: str, section: Section, reach: Reach) -> bool:
    """True for whole blocks in a row, and for a link to what is not quoted of the section."""
    if body == read_on(section):
        return True
    return is_quotation(body.removesuffix(f"\n\n{read_on(section)}"), section, reach)
