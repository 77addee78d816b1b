"""Plain Markdown as the pieces that are written in different ways: code, and the text around it.

Put together again the pieces are the text, byte by byte.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from shiploop.domain.markdown import shared

_BLOCKS: Final = shared(MarkdownIt("commonmark").enable("table").disable(["inline", "text_join"]))
_TICKS: Final = re.compile(r"\\[\\`]|`+")
_RUN: Final = re.compile(r"`+")
_BAR: Final = re.compile(r"(?<!\\)\|")
_TEXTS_REMEMBERED: Final = 64


@dataclass(frozen=True, slots=True)
class Structure:
    """What stands between texts: empty lines, rules of tables."""

    text: str


@dataclass(frozen=True, slots=True)
class Span:
    """Code within a line, between its `ticks`."""

    ticks: str
    content: str

    @property
    def text(self) -> str:
        """The span as it is written."""
        return f"{self.ticks}{self.content}{self.ticks}"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that are read together, with what stands before them: text and spans by turns."""

    parts: tuple[str | Span, ...]
    in_table: bool

    @property
    def text(self) -> str:
        """The lines as they are written."""
        return "".join(part.text if isinstance(part, Span) else part for part in self.parts)


@dataclass(frozen=True, slots=True)
class Listing:
    """A block of code; each of its lines has the prefix that the lists around it ask for.

    `opening` and `closing` are the lines of the fence, both empty where it is only indented.
    """

    opening: str
    lines: tuple[str, ...]
    prefixes: tuple[str, ...]
    closing: str
    language: str
    content: str
    """As it is read: not its lines, where a tab stands for a part of a prefix."""

    @property
    def text(self) -> str:
        """The block as it is written."""
        pairs = zip(self.prefixes, self.lines, strict=True)
        written = [prefix + line for prefix, line in pairs]
        fenced = [self.opening, *written, self.closing] if self.opening else written
        return "\n".join(fenced)


Piece = Structure | Paragraph | Listing


@lru_cache(_TEXTS_REMEMBERED)  # each step of a task writes its answer anew
def read_pieces(markdown: str) -> tuple[Piece, ...]:
    """Read a text as pieces, each of whole lines, to be joined by line ends."""
    return tuple(_pieces(markdown.split("\n"), _BLOCKS.parse(markdown)))


def _pieces(lines: Sequence[str], tokens: Sequence[Token]) -> Iterator[Piece]:
    after, table_until = 0, 0
    for token in tokens:
        if token.map is None:
            continue
        start, end = token.map
        if token.type == "table_open":
            table_until = end
        if token.type not in ("inline", "fence", "code_block") or start < after:
            continue  # the cells of a row have one line
        if start > after:
            yield Structure("\n".join(lines[after:start]))
        if token.type == "inline":
            yield _paragraph("\n".join(lines[start:end]), in_table=start < table_until)
        else:
            code = token.content.removesuffix("\n").split("\n") if token.content else []
            after = start + len(code) + (2 if token.type == "fence" else 0)
            if after > end:  # a fence that nothing closes
                break
            end = after
            yield _listing(lines[start:end], code, token)
        after = end
    if after < len(lines):
        yield Structure("\n".join(lines[after:]))


def _listing(lines: Sequence[str], code: Sequence[str], token: Token) -> Listing:
    fenced = token.type == "fence"
    written = lines[1:-1] if fenced else lines
    prefixes = [line.removesuffix(shown) for line, shown in zip(written, code, strict=True)]
    return Listing(
        opening=lines[0] if fenced else "",
        lines=tuple(line[len(prefix) :] for line, prefix in zip(written, prefixes, strict=True)),
        prefixes=tuple(prefixes),
        closing=lines[-1] if fenced else "",
        language=token.info.strip(),
        content="\n".join(code),
    )


def _paragraph(text: str, *, in_table: bool) -> Paragraph:
    if not in_table:
        return Paragraph(tuple(_parts(text)), in_table=False)
    parts: list[str | Span] = []
    start = 0
    for bar in _BAR.finditer(text):
        parts += [*_parts(text[start : bar.start()]), "|"]
        start = bar.end()
    return Paragraph((*parts, *_parts(text[start:])), in_table=True)


def _parts(text: str) -> Iterator[str | Span]:
    """Split a text at its code: a span ends at the next run of as many backticks."""
    start = place = 0
    while found := _TICKS.search(text, place):
        place = found.end()
        if found[0].startswith("\\"):
            continue
        runs = (run for run in _RUN.finditer(text, place) if run[0] == found[0])
        if closing := next(runs, None):
            yield text[start : found.start()]
            yield Span(found[0], text[place : closing.start()])
            start = place = closing.end()
    yield text[start:]
