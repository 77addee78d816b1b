"""An answer to a question from the documentation alone: a quotation and where it is from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from markdown_it import MarkdownIt

from shiploop.agents.faq.answering.quotation import Quotation
from shiploop.agents.faq.question import heading_text
from shiploop.agents.faq.quoting.links import relative_link
from shiploop.agents.faq.retrieval.sections import Section
from shiploop.domain.delivery.change import Source
from shiploop.domain.markdown import shared

_MARKDOWN: Final = shared(MarkdownIt("commonmark").enable("table"))

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
