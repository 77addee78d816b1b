"""An answer to a question from the documentation alone: a quotation and where it is from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from markdown_it import MarkdownIt

from shiploop.agents.faq.answering.quotation import (
    Quotation,
    Unquotable,
    quote_part,
    quote_section,
)
from shiploop.agents.faq.question import heading_text
from shiploop.agents.faq.quoting.links import Reach, relative_link
from shiploop.agents.faq.retrieval.language import Language, language_of, understands
from shiploop.agents.faq.retrieval.sections import Hit, Section
from shiploop.agents.faq.retrieval.synonyms import meanings
from shiploop.domain.delivery.change import Source

# Below this share of the question's terms a section speaks of something else.
MIN_COVERAGE: Final = 0.5
# Of two terms one alone is a chance: "delete" and "account" may stand in two places.
_FEW_TERMS: Final = 2
_MIN_COVERAGE_OF_FEW: Final = 0.6
_MARKDOWN: Final = MarkdownIt("commonmark").enable("table")

Generator = Literal["extractive", "model"]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in Markdown, its last line naming the sources."""

    text: str
    sources: tuple[Source, ...]
    generator: Generator


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The documentation does not answer the question; `closest` is what comes nearest."""

    closest: tuple[Source, ...]


def plain_texts(markdown: str) -> tuple[str, ...]:
    """What a reader sees of a text, without its markup: each paragraph, item, cell and code."""
    shown = (token.children or (token,) for token in _MARKDOWN.parse(markdown))
    texts = (" ".join(piece.content for piece in pieces if piece.content) for pieces in shown)
    return tuple(text for text in texts if text)


def compose_extractive_answer(
    question: str, hits: Sequence[Hit], allowed_hosts: frozenset[str] = frozenset()
) -> Answer | Unanswered:
    """Quote what the best section says to the question: whole blocks, at most 250 words.

    Two Chinese, Japanese or Korean characters count as a word. Of a link out of the repository
    only the words are kept, unless its host is allowed. Unanswered when no section covers enough
    of the question in its language, or none can be quoted with its meaning.
    """
    terms = frozenset(meanings(question))
    enough = _MIN_COVERAGE_OF_FEW if len(terms) <= _FEW_TERMS else MIN_COVERAGE
    language = language_of(question)
    for hit in hits:
        if hit.coverage < enough or not _readable(hit.section, language):
            continue
        quotation = _quotation(hit.section, terms, Reach(allowed_hosts))
        if isinstance(quotation, Quotation):
            return quoted_answer(hit.section, quotation)
    return Unanswered(tuple(source_of(hit.section) for hit in hits))


def quoted_answer(section: Section, quotation: Quotation, below: Sequence[Section] = ()) -> Answer:
    """Make an answer of what is quoted of a section, and of those below it if they are too.

    The rest of it is linked.
    """
    text = quotation.text if quotation.complete else f"{quotation.text}\n\n{read_on(section)}"
    sources = tuple(map(source_of, (section, *below)))
    return Answer(with_sources(text, sources), sources, "extractive")


def read_on(section: Section) -> str:
    """Link a section of which something is not quoted."""
    return f"Read on: {cite((source_of(section),))}"


def _quotation(section: Section, terms: frozenset[str], reach: Reach) -> Quotation | Unquotable:
    whole = quote_section(section, reach)
    if isinstance(whole, Quotation):
        return whole
    return quote_part(section, lambda text: len(terms.intersection(meanings(text))), reach)


def _readable(section: Section, language: Language) -> bool:
    """Tell whether a section is in the language of the question, so that it can be quoted."""
    text = "\n".join((*section.heading_path, section.text))
    return understands(language, language_of(text))


def with_sources(text: str, sources: Sequence[Source]) -> str:
    """Put the line below a text that links its sources from the FAQ."""
    return f"{text}\n\nSource: {cite(sources)}"


def cite(sources: Iterable[Source]) -> str:
    """Link sources from the FAQ, in a line."""
    return ", ".join(
        f"[{heading_text(each.title)}]({relative_link(each.path, each.anchor)})" for each in sources
    )


def source_of(section: Section) -> Source:
    """Name a section as an answer cites it."""
    titles = dict.fromkeys((section.heading_path or (section.path,))[i] for i in (0, -1))
    return Source(section.path, section.anchor, " › ".join(titles))
