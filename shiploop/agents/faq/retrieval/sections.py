"""A Markdown page as sections by heading, each with the anchor that GitHub gives it.

Only headings are read to the letter: of the text below them nothing but its lines.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from markdown_it import MarkdownIt

from shiploop.agents.faq.document.markers import front_matter_end, unify_newlines
from shiploop.agents.faq.retrieval.link_definitions import LinkDefinitions, link_definitions
from shiploop.domain.limits import (
    MAX_HEADING_CHARACTERS,
    MAX_HEADING_MARKS,
    MAX_HEADINGS_PER_PAGE,
    MAX_LINES_PER_PAGE,
    MAX_NESTED_PER_PAGE,
    MAX_NESTING,
    MAX_SECTION_CHARACTERS,
    LeftOut,
)

_BLOCKS: Final = MarkdownIt("commonmark").disable(["inline", "text_join"])
_COMMONMARK: Final = MarkdownIt("commonmark")
_MARK: Final = re.compile(r"[\\`*_\[\]<>&!]")
_CONTAINER: Final = re.compile(r"(?<![ \t])[ \t]*(?:>|[-+*](?=[ \t])|[0-9]{1,9}[.)](?=[ \t]))")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the text below it up to the next heading of any level.

    `heading_path` is the heading's text after those it stands under, from the page's title;
    it and `anchor` are empty for text before the first heading. `start_line` and `end_line`
    count from 1 and are part of the section; `text` is its Markdown without the heading.
    `marks` are sentences that say that it was removed, or the like. `links` are the page's link
    definitions, wherever on it they stand.
    """

    path: str
    heading_path: tuple[str, ...]
    anchor: str
    start_line: int
    end_line: int
    text: str
    marks: tuple[str, ...] = ()
    links: LinkDefinitions = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A section that a search found.

    `score`: greater is better, comparable within one search. `coverage`: the share, from 0 to 1,
    of what the question asks for that the section speaks of, rare terms weighing more.
    """

    section: Section
    score: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Page:
    """The sections of a page, and what of it is over a limit."""

    sections: tuple[Section, ...]
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class _Heading:
    """`text` is None where it is too long to be read."""

    text: str | None
    level: int
    first_line: int
    body_line: int


def split_sections(path: str, text: str) -> tuple[Section, ...]:
    """Split a page at its headings, not at `#` lines in code or front matter."""
    return read_page(path, text).sections


def read_page(path: str, text: str) -> Page:
    """Split a page at its headings, and name what is left out of it."""
    text = unify_newlines(text.removeprefix("\ufeff"))
    body_start = front_matter_end(text)
    lines = text.split("\n")
    if problem := _problem(lines):
        return Page((), (LeftOut(path, problem),))
    body_line = text.count("\n", 0, body_start)
    preamble_line = body_line + 1 if body_start else 0
    headings = [_Heading("", 0, preamble_line, preamble_line)]
    headings += islice(_headings(text[body_start:], body_line), MAX_HEADINGS_PER_PAGE)
    left_out = []
    if len(headings) > MAX_HEADINGS_PER_PAGE:
        line = headings[MAX_HEADINGS_PER_PAGE].first_line + 1
        reason = f"what begins in line {line}: there are more than {MAX_HEADINGS_PER_PAGE} headings"
        left_out.append(LeftOut(path, reason))
    end = len(lines) - 1 if text.endswith("\n") else len(lines)
    sections = []
    for section in _sections(path, headings, lines, end):
        if isinstance(section, LeftOut):
            left_out.append(section)
        else:
            sections.append(section)
    if links := link_definitions(text):
        sections = [replace(section, links=links) for section in sections]
    return Page(tuple(sections), tuple(left_out))


def _problem(lines: Sequence[str]) -> str | None:
    """Why a page takes too long to be parsed."""
    if len(lines) > MAX_LINES_PER_PAGE:
        return f"it has {len(lines)} lines, more than {MAX_LINES_PER_PAGE}"
    nested = 0
    for number, line in enumerate(lines, 1):
        begun = _nesting(line)
        if begun > MAX_NESTING:
            return f"line {number} begins more than {MAX_NESTING} lists and quotations"
        nested += begun
    if nested > MAX_NESTED_PER_PAGE:
        return f"its lines begin more than {MAX_NESTED_PER_PAGE} lists and quotations"
    return None


def _nesting(line: str) -> int:
    depth, place = 0, 0
    while depth <= MAX_NESTING and (mark := _CONTAINER.match(line, place)):
        depth, place = depth + 1, mark.end()
    return depth


def _sections(
    path: str, headings: Sequence[_Heading], lines: Sequence[str], end: int
) -> Iterator[Section | LeftOut]:
    ends = [*(heading.first_line for heading in headings[1:]), end]
    anchors = _Anchors()
    trail: list[_Heading] = []
    for heading, end_line in list(zip(headings, ends, strict=True))[:MAX_HEADINGS_PER_PAGE]:
        content = "\n".join(lines[heading.body_line : end_line]).strip("\n")
        if not heading.level and not content.strip():
            continue
        trail = [*(above for above in trail if above.level < heading.level), heading]
        titles = tuple(above.text for above in trail if above.level and above.text is not None)
        anchor = anchors.add(heading.text) if heading.level and heading.text is not None else ""
        line = heading.first_line + 1
        if any(above.text is None for above in trail):
            most = f"{MAX_HEADING_CHARACTERS} characters or {MAX_HEADING_MARKS} of markup"
            what = f"its heading, or one above it, has more than {most}"
            yield LeftOut(path, f"the section in line {line}: {what}")
        elif len(content) > MAX_SECTION_CHARACTERS:
            what = f"{len(content)} characters, more than {MAX_SECTION_CHARACTERS}"
            yield LeftOut(path, f"the section in line {line} has {what}")
        else:
            yield Section(path, titles, anchor, line, end_line, content)


def _headings(body: str, line: int) -> Iterator[_Heading]:
    definitions: dict[str, object] = {}
    tokens = iter(_BLOCKS.parse(body, definitions))
    for token in tokens:
        if token.type == "heading_open" and token.level == 0 and token.map:
            first, after = token.map
            written = next(tokens).content
            text = _plain(written, definitions) if _is_readable(written) else None
            yield _Heading(text, int(token.tag[1:]), first + line, after + line)


def _is_readable(heading: str) -> bool:
    if len(heading) > MAX_HEADING_CHARACTERS:
        return False
    return sum(1 for _ in _MARK.finditer(heading)) <= MAX_HEADING_MARKS


def _plain(heading: str, definitions: dict[str, object]) -> str:
    """Text of a heading as it is shown, without its markup."""
    shown = ("text", "text_special", "code_inline", "image", "softbreak")
    (inline,) = _COMMONMARK.parseInline(heading, definitions)
    return "".join(t.content or " " for t in inline.children or () if t.type in shown).strip()


class _Anchors:
    """The anchors of one page: a repeated heading gets `-1`, `-2` …"""

    def __init__(self) -> None:
        self._repeats: dict[str, int] = {}

    def add(self, heading: str) -> str:
        slug = anchor = heading_anchor(heading)
        while anchor in self._repeats:
            self._repeats[slug] += 1
            anchor = f"{slug}-{self._repeats[slug]}"
        self._repeats[anchor] = 0
        return anchor


def heading_anchor(heading: str) -> str:
    """Derive the anchor of a heading's text: lower case, no punctuation, hyphens for spaces.

    Source: https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#section-links
    """
    kept = (c for c in heading.lower() if c in " -_" or unicodedata.category(c)[0] in "LMN")
    return "".join(kept).replace(" ", "-")
