"""How much of an answer a text still says word for word, whatever markup it has."""

from collections.abc import Iterable, Iterator
from typing import Final

from markdown_it import MarkdownIt
from rapidfuzz.fuzz import partial_ratio

from shiploop.agents.faq.gate.citation import without_citation
from shiploop.agents.faq.retrieval.sections import Section
from shiploop.domain.markdown import shared

# Of a quotation in which a few words are others by now; an answer in its own words has less.
NEARLY_QUOTED: Final = 0.9
_MARKDOWN: Final = shared(MarkdownIt("commonmark").enable("table"))


def is_quoted(answer: str, sections: Iterable[Section]) -> bool:
    """True when each block of an answer stands in these sections."""
    return share_quoted(answer, sections) == 1


def share_quoted(answer: str, sections: Iterable[Section]) -> float:
    """From 0 to 1, how much of the block that they say least of; 1 where they say all of it."""
    written = "".join(block for section in sections for block in _blocks(section.text))
    quoted = list(_blocks(without_citation(answer)))
    return min((_share(block, written) for block in quoted), default=0.0)


def _share(block: str, written: str) -> float:
    if block in written:
        return 1
    # A text that is shorter than the block would be looked for in it.
    return partial_ratio(block, written) / 100 if len(block) <= len(written) else 0


def _blocks(markdown: str) -> Iterator[str]:
    """The letters and digits of each paragraph, item, cell and block of code."""
    for token in _MARKDOWN.parse(markdown):
        shown = token.children or () if token.type == "inline" else (token,)
        block = "".join(c for each in shown for c in each.content if c.isalnum())
        if block:
            yield block.casefold()
