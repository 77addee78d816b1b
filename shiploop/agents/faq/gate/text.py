"""An answer that wants to be shipped, and its text as a reader, a parser and GitHub see it."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from shiploop.agents.faq.answering.answer import Answer
from shiploop.agents.faq.dialects.dialect import Dialect
from shiploop.agents.faq.dialects.plain import GFM
from shiploop.agents.faq.document.document import Entry
from shiploop.agents.faq.retrieval.sections import Section
from shiploop.domain.markdown import shared


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    # The default drops script links silently: here they are to be seen.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return parser


_MARKDOWN: Final = shared(_parser())
_BLOCKS: Final = shared(MarkdownIt("commonmark").disable(["inline", "text_join"]))
_CODE: Final = frozenset({"code_inline", "fence", "code_block"})
_BREAKS: Final = frozenset({"softbreak", "hardbreak"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """An answer, the entry made of it, and what both are held against.

    `sections` are those of the answer's sources that the documents really have;
    `allowed_hosts` those outside the repository that a link may lead to. The entry is plain
    Markdown: the dialect is what it would be written in.
    """

    entry: Entry
    answer: Answer
    sections: tuple[Section, ...]
    document: str
    allowed_hosts: frozenset[str] = frozenset()
    dialect: Dialect = GFM


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it is followed, and the text that a reader sees of it."""

    href: str
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A text by what a parser makes of it; `blocks` are its paragraphs without code."""

    raw: str
    tokens: tuple[Token, ...]
    blocks: tuple[str, ...]
    code: tuple[str, ...]
    links: tuple[Link, ...]

    @property
    def prose(self) -> str:
        """What is read as text: character references resolved, markup and code gone."""
        return "\n".join(self.blocks)

    @property
    def seen(self) -> str:
        """Everything that somebody or something may act on, folded to plain letters.

        Twice: with its markup, and without, so that markup within a word hides nothing.
        """
        return fold("\n".join((self.raw, self.prose, *self.code)))


def read_text(raw: str, document: str = "") -> Text:
    """Parse a text as it would be read within the document, whose link labels hold for it."""
    environment: dict[str, object] = {}
    if "]:" in document:
        _BLOCKS.parse(document, environment)
    tokens = tuple(_flat(_MARKDOWN.parse(raw, environment)))
    inlines = [token.children or [] for token in tokens if token.type == "inline"]
    return Text(
        raw=raw,
        tokens=tokens,
        blocks=tuple(_without_code(children) for children in inlines),
        code=tuple(token.content for token in tokens if token.type in _CODE),
        links=tuple(link for children in inlines for link in _links(children)),
    )


def fold(text: str) -> str:
    """Undo what only makes characters look different: width, style, ligatures."""
    return unicodedata.normalize("NFKC", text)


def squeeze(text: str) -> str:
    """Make all white space one blank, so that two texts can be compared by their words."""
    return " ".join(text.split())


def _flat(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from token.children or ()


def _without_code(children: list[Token]) -> str:
    shown = (
        " " if child.type in _BREAKS else child.content
        for child in children
        if child.type not in ("code_inline", "html_inline")
    )
    return "".join(shown)


def _links(children: list[Token]) -> Iterator[Link]:
    href, text = "", ""
    for child in children:
        if child.type == "link_open":
            href, text = str(child.attrs.get("href", "")), ""
        elif child.type == "link_close":
            yield Link(href, text)
        else:
            text += child.content
