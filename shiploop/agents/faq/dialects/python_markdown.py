"""Python-Markdown, which MkDocs and Zensical read pages with, and the extensions of PyMdown.

Lists are indented by four, whatever their marker; a backslash is shown before most signs; a
fenced block stands in no list, unless PyMdown's superfences read it.
https://python-markdown.github.io/#differences
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from shiploop.agents.faq.dialects import liquid
from shiploop.agents.faq.dialects.dialect import PUNCTUATION, Code, Dialect, Unwritable
from shiploop.domain.markdown import shared

_BLOCKS: Final = shared(MarkdownIt("commonmark").enable("table").disable(["inline", "text_join"]))
_SHOWN_ESCAPES: Final = PUNCTUATION.difference("\\`*_{}[]()>#+-.!|")
# Boxes, tabs, foldings, comments, definitions, snippets, contents.
_LINE_START: Final = re.compile(
    r"!!!|\?\?\?|\\?={3}|///|:::|%%|:[ \t]|\\?-{1,9}8<|\\?\[TOC\\?\]|\*\\?\[", re.IGNORECASE
)
_SNIPPET: Final = re.compile(r"^[ \t>;]*-+8<", re.MULTILINE)
# PyMdown's inlinehilite takes the name of a language from a code that begins so.
_LANGUAGE: Final = re.compile(r"(?:#!|:{3,9})[\w#.+-]{0,40}\s")
_MARKER: Final = re.compile(r" {0,3}(?P<marker>[-*+]|\d{1,9}[.)])(?: +|$)")
_QUOTES: Final = re.compile(r"(?:> ?)*")
_INDENT: Final = " " * 4


def write_code(code: Code) -> Code | Unwritable:
    """Refuse what other files or the names of languages are made of."""
    if _SNIPPET.search(code.content):
        return Unwritable.INCLUDE
    if code.language is None and _LANGUAGE.match(code.content):
        return Unwritable.BEGINNING
    return code


def _write_code_among_macros(code: Code) -> Code | Unwritable:
    """Keep Jinja, which the plugin `macros` runs over a page, from code as well."""
    written = write_code(code)
    return liquid.write_code(written) if isinstance(written, Code) else written


@dataclass(slots=True)
class _Item:
    """An item of a list, by the lines from `start` to `end`, and the width of its marker."""

    start: int
    end: int
    width: int = 0


def shape(markdown: str) -> str | Unwritable:
    """Indent what stands in lists by four."""
    return _shaped(markdown, fences=True)


def shape_without_fences(markdown: str) -> str | Unwritable:
    """Indent what stands in lists by four, and code in it by four more instead of its fence."""
    return _shaped(markdown, fences=False)


def _shaped(markdown: str, *, fences: bool) -> str | Unwritable:
    tokens = _BLOCKS.parse(markdown)
    if any(int(token.attrs.get("start", 1)) != 1 for token in tokens):
        return Unwritable.NUMBERING
    lines = markdown.split("\n")
    nested = [each.map for each in tokens if each.type == "fence" and each.level and each.map]
    if any(_MARKER.match(_QUOTES.sub("", lines[start], count=1)) for start, _ in nested):
        return Unwritable.ITEM_OF_CODE
    items, written = _items(tokens), []
    for number, line in enumerate(lines):
        around = [item for item in items if item.start <= number < item.end]
        prefix, text = _indented(number, line, around)
        fence = next((each for each in nested if each[0] <= number < each[1]), None)
        if fence is None or fences:
            written.append(prefix + text)
        elif number not in (fence[0], fence[1] - 1):
            quotes = _QUOTES.match(text)
            inner = quotes.end() if quotes else 0
            written.append(f"{prefix}{text[:inner]}{_INDENT * bool(text[inner:])}{text[inner:]}")
    return "\n".join(written)


def _items(tokens: Sequence[Token]) -> list[_Item]:
    return [_Item(*token.map) for token in tokens if token.type == "list_item_open" and token.map]


def _indented(number: int, line: str, around: Sequence[_Item]) -> tuple[str, str]:
    """A line as what the lists around it put before it, and the rest; outer lists come first."""
    if not around:
        return "", line
    quotes = _QUOTES.match(line)
    prefix, text = (quotes[0], line[quotes.end() :]) if quotes else ("", line)
    for item in around:
        marker = _MARKER.match(text) if number == item.start else None
        if marker:
            prefix += f"{marker['marker']} "
            item.width = marker.end()
            text = text[marker.end() :]
        elif text:
            prefix += _INDENT
            text = text[item.width :] if not text[: item.width].strip() else text
    return prefix, text


MKDOCS: Final = Dialect(
    name="mkdocs",
    referenced=frozenset("{"),
    paired=frozenset("~$"),
    shown_escapes=_SHOWN_ESCAPES,
    line_start=_LINE_START,
    write_code=write_code,
    shape=shape_without_fences,
    breaks_by_backslash=False,
    bars_in_code=False,
)
MKDOCS_SUPERFENCES: Final = replace(MKDOCS, name="mkdocs-superfences", shape=shape, emoji=True)
MKDOCS_MACROS: Final = replace(
    MKDOCS_SUPERFENCES,
    name="mkdocs-macros",
    write_code=_write_code_among_macros,
    read_code=liquid.read_code,
    read_page=liquid.read_page,
)
