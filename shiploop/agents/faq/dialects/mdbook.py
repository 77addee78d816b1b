"""mdBook: files that are put in the place of `{{#include …}}`, and lines of Rust that are hidden.

https://rust-lang.github.io/mdBook/format/mdbook.html
"""

import re
from dataclasses import replace
from typing import Final

from shiploop.agents.faq.dialects.dialect import Code, Dialect, Unwritable

_OPENS, _CLOSES, _ESCAPED = "{{#", "}}", "\\{{#"
_ACTS: Final = re.compile(r"\{\{\s*#\w+\s")
_HIDDEN: Final = re.compile(r"^(\s*)#(?=[# ]|$)")
_SHOWN: Final = re.compile(r"^(\s*)##")


# The escape of the first reaches to the last `}}` of the line, and so over that of the second.
_TWO_IN_A_LINE: Final = re.compile(r"\{\{#[^`\n]{0,1000}`[^\n]{0,1000}\{\{#")


def shape(markdown: str) -> str | Unwritable:
    """Refuse what would be escaped twice in a line, each in code of its own."""
    return Unwritable.INCLUDE if _TWO_IN_A_LINE.search(markdown) else markdown


def write_code(code: Code) -> Code | Unwritable:
    """Escape what would be replaced, once in a line: all up to its last `}}` is text then."""
    lines = code.content.split("\n")
    beside = "\n".join(map(_without_links, lines))
    if _ACTS.search(beside) or _ESCAPED in beside:  # the `}}` may stand anywhere behind it
        return Unwritable.INCLUDE
    escaped = [_with(line, _OPENS, _ESCAPED) if _is_link(line) else line for line in lines]
    if _is_rust(code):
        escaped = [_HIDDEN.sub(r"\1##", line) for line in escaped]
    return replace(code, content="\n".join(escaped))


def read_code(code: Code) -> Code:
    """Take the escapes away, and the lines that are hidden."""
    lines = code.content.split("\n")
    lines = [_with(line, _ESCAPED, _OPENS) if _is_link(line) else line for line in lines]
    if _is_rust(code):
        lines = [_SHOWN.sub(r"\1#", line) for line in lines]
    return replace(code, content="\n".join(lines))


def read_page(page: str) -> str:
    """Show what is escaped as readers see it."""
    return page.replace(_ESCAPED, _OPENS)


def _is_link(line: str) -> bool:
    return -1 < line.find(_OPENS) < line.rfind(_CLOSES)


def _without_links(line: str) -> str:
    """What of a line an escape would not reach."""
    if not _is_link(line):
        return line
    return line[: line.find(_OPENS)] + line[line.rfind(_CLOSES) :]


def _with(line: str, old: str, new: str) -> str:
    return line.replace(old, new, 1)


def _is_rust(code: Code) -> bool:
    return (code.language or "").split(",")[0] == "rust"


MDBOOK: Final = Dialect(
    name="mdbook",
    referenced=frozenset("{"),
    line_start=re.compile(r":[ \t]"),
    shape=shape,
    write_code=write_code,
    read_code=read_code,
    read_page=read_page,
)
