"""The headings of a Markdown page, with the text that is shown of them and their own anchors."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from shiploop.agents.faq.retrieval.component_lines import component_lines
from shiploop.agents.faq.retrieval.heading_scan import (
    WrittenHeading,
    html_headings,
    scan_headings,
)
from shiploop.domain.limits import MAX_HEADING_CHARACTERS, MAX_HEADING_MARKS
from shiploop.domain.markdown import shared

_BLOCKS: Final = shared(component_lines(MarkdownIt("commonmark").disable(["inline", "text_join"])))
_COMMONMARK: Final = shared(MarkdownIt("commonmark"))
_MARK: Final = re.compile(r"[\\`*_\[\]<>&!]")
_SHOWN: Final = ("text", "text_special", "code_inline", "image", "softbreak", "hardbreak")
_NAME: Final = re.compile(r"\s(?:id|name)\s*=\s*[\"']?([^\s\"'<>]+)", re.IGNORECASE)
_BREAK: Final = re.compile(r"<br\b", re.IGNORECASE)
_TAG: Final = re.compile(r"<[^<>]*>")
# `{#id}`, `{: #id .class }`, `{ .class }`, and as MDX has it `\{#id}`, `{/* #id */}`, `{/*id*/}`.
_ATTRIBUTES: Final = re.compile(
    r"\\?\{(?::?[ \t]*(?=#|\.[\w-]|[\w-]+=)[^{}]*|/\*[^{}*]*\*/)\}[ \t]*$"
)
_ID: Final = re.compile(r"#([^\s{}*]+)|/\*[ \t]*([\w.:-]+)[ \t]*\*/")


@dataclass(frozen=True, slots=True)
class Heading:
    """`text` is None where it is too long to be read; `anchor` is what the heading itself names.

    Lines count from 0: the heading's first, and the one after it.
    """

    text: str | None
    level: int
    first_line: int
    body_line: int
    anchor: str | None = None


def find_headings(lines: Sequence[str], start: int) -> Iterator[Heading]:
    """The headings of a page, but for its first `start` lines, in order."""
    definitions: dict[str, Any] = {}
    found = scan_headings(lines, start)
    if found is None or any(_may_refer(each.source) for each in found):
        found = tuple(_parse(lines, start, definitions))
    for each in found:
        yield _from_markdown(each, definitions) if each.attributes is None else _from_html(each)


def _parse(
    lines: Sequence[str], start: int, definitions: dict[str, Any]
) -> Iterator[WrittenHeading]:
    tokens = iter(_BLOCKS.parse("\n".join(lines[start:]), definitions))
    for token in tokens:
        if token.level or not token.map:
            continue
        first, after = token.map[0] + start, token.map[1] + start
        if token.type == "heading_open":
            yield WrittenHeading(next(tokens).content, int(token.tag[1:]), first, after)
        elif token.type == "html_block":
            yield from html_headings(lines, first, after)


def _may_refer(heading: str) -> bool:
    """Tell whether the text of a heading may depend on a definition elsewhere in the page."""
    return "[" in heading and "](" not in heading


def _from_markdown(written: WrittenHeading, definitions: dict[str, Any]) -> Heading:
    source, anchor = written.source, None
    if source.endswith("}") and (attributes := _ATTRIBUTES.search(source)):
        source = source[: attributes.start()].rstrip()
        named = _ID.search(attributes[0])
        anchor = (named[1] or named[2]) if named else None
    text = _plain(source, definitions) if _is_readable(source) else None
    return Heading(text, written.level, written.first_line, written.body_line, anchor)


def _from_html(written: WrittenHeading) -> Heading:
    named = _NAME.search(written.attributes or "") or _NAME.search(written.source)
    text = " ".join(html.unescape(_TAG.sub("", written.source)).split())
    return Heading(
        text if len(text) <= MAX_HEADING_CHARACTERS else None,
        written.level,
        written.first_line,
        written.body_line,
        named[1] if named else None,
    )


def _is_readable(heading: str) -> bool:
    if len(heading) > MAX_HEADING_CHARACTERS:
        return False
    return sum(1 for _ in _MARK.finditer(heading)) <= MAX_HEADING_MARKS


def shown_text(markdown: str) -> str:
    """What a reader sees of a line, without its markup; as it is where that takes long."""
    return _plain(markdown, {}) if _is_readable(markdown) else markdown


def _plain(heading: str, definitions: dict[str, Any]) -> str:
    """Text of a heading as it is shown, without its markup."""
    if not _MARK.search(heading):
        return heading.replace("\n", " ").strip()
    (inline,) = _COMMONMARK.parseInline(heading, definitions)
    return " ".join("".join(map(_shown, inline.children or ())).split())


def _shown(token: Token) -> str:
    if token.type in _SHOWN:
        return token.content or " "
    return " " if token.type == "html_inline" and _BREAK.match(token.content) else ""
