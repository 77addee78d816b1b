"""A Markdown page as sections by heading, each with the anchor that GitHub gives it."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from shiploop.agents.faq.document.markers import front_matter_end, unify_newlines

_COMMONMARK: Final = MarkdownIt("commonmark")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the text below it up to the next heading of any level.

    `heading_path` is the heading's text after those it stands under, from the page's title;
    it and `anchor` are empty for text before the first heading. `start_line` and `end_line`
    count from 1 and are part of the section; `text` is its Markdown without the heading.
    """

    path: str
    heading_path: tuple[str, ...]
    anchor: str
    start_line: int
    end_line: int
    text: str


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
class _Heading:
    text: str
    level: int
    first_line: int
    body_line: int


def split_sections(path: str, text: str) -> tuple[Section, ...]:
    """Split a page at its headings, not at `#` lines in code or front matter."""
    text = unify_newlines(text.removeprefix("\ufeff"))
    body_start = front_matter_end(text)
    body_line = text.count("\n", 0, body_start)
    preamble_line = body_line + 1 if body_start else 0
    lines = text.split("\n")
    end = len(lines) - 1 if text.endswith("\n") else len(lines)
    headings = [_Heading("", 0, preamble_line, preamble_line)]
    headings += _headings(text[body_start:], body_line)
    ends = [*(heading.first_line for heading in headings[1:]), end]
    sections = []
    anchors = _Anchors()
    trail: list[_Heading] = []
    for heading, end_line in zip(headings, ends, strict=True):
        content = "\n".join(lines[heading.body_line : end_line]).strip("\n")
        if not heading.level and not content.strip():
            continue
        trail = [*(above for above in trail if above.level < heading.level), heading]
        titles = tuple(above.text for above in trail if above.level)
        anchor = anchors.add(heading.text) if heading.level else ""
        sections.append(Section(path, titles, anchor, heading.first_line + 1, end_line, content))
    return tuple(sections)


def _headings(body: str, line: int) -> Iterator[_Heading]:
    tokens = iter(_COMMONMARK.parse(body))
    for token in tokens:
        if token.type == "heading_open" and token.level == 0 and token.map:
            first, after = token.map
            yield _Heading(_plain(next(tokens)), int(token.tag[1:]), first + line, after + line)


def _plain(inline: Token) -> str:
    """Text of a heading as it is shown, without its markup."""
    shown = ("text", "text_special", "code_inline", "image", "softbreak")
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
