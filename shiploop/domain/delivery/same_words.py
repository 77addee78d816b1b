"""Whether two texts in Markdown say the same, however they are formatted."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from shiploop.domain.markdown import shared

_MARKDOWN: Final = shared(MarkdownIt("commonmark").enable(["table", "strikethrough"]))
# Not the spaces that are no white space of Markdown's: they are characters that somebody wrote.
_BLANKS: Final = re.compile(r"[ \t\r\n]+")


def say_the_same(one: str, other: str) -> bool:
    """True where a reader sees the same: words, structure, code, links and HTML.

    Marks of lists and emphasis, line breaks within paragraphs, blank lines, escapes, and how
    headings, tables and fences are drawn are formatting.
    """
    return one == other or _said(one) == _said(other)


def _said(text: str) -> list[tuple[Any, ...]]:
    known: dict[str, Any] = {}
    said = list(_pieces(_MARKDOWN.parse(text.replace("\r\n", "\n"), known)))
    # A definition of a link that is never used is in no piece.
    defined = sorted(
        (name, each["href"], each["title"]) for name, each in known.get("references", {}).items()
    )
    return [*said, ("defined", *defined)]


def _pieces(tokens: Sequence[Token]) -> Iterator[tuple[Any, ...]]:
    for token in tokens:
        match token.type:
            case "inline":
                yield ("line", *_run_together(token.children or ()))
            case "fence" | "code_block":
                yield ("code", token.info.strip(), token.content)
            case "html_block":
                yield ("html", token.content.rstrip())
            case "paragraph_open" | "paragraph_close":
                continue  # whether a list is loose is formatting: what it holds are lines
            case _:
                yield (token.type, token.tag, tuple(sorted(token.attrs.items())))


def _run_together(children: Sequence[Token]) -> Iterator[tuple[Any, ...]]:
    """The pieces of a line, with texts that stand side by side as one."""
    words = ""
    for child in children:
        if child.type in ("text", "softbreak"):
            words += child.content if child.type == "text" else " "
            continue
        yield from _words(words)
        words = ""
        yield (child.type, tuple(sorted(child.attrs.items())), child.content)
    yield from _words(words)


def _words(text: str) -> Iterator[tuple[str, str]]:
    if text:
        yield ("text", _BLANKS.sub(" ", text))
