"""A Markdown page as sections by heading, each with its own anchor or the one GitHub gives it.

Only headings are read to the letter: of the text below them nothing but its lines.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from shiploop.agents.faq.document.markers import THEMATIC_BREAK, unify_newlines
from shiploop.agents.faq.retrieval.front_matter import read_front_matter
from shiploop.agents.faq.retrieval.heading_scan import without_code
from shiploop.agents.faq.retrieval.link_definitions import link_definitions
from shiploop.agents.faq.retrieval.marks import (
    is_of_all,
    marks_of_page,
    marks_of_section,
    may_be_marked,
)
from shiploop.agents.faq.retrieval.outline import Heading, find_headings
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

_IN_ANCHOR: Final = frozenset(("Ll", "Lm", "Lo", "Lt", "Lu", "Mc", "Me", "Mn", "Nd", "Nl", "Pc"))
_NOT_IN_ASCII_ANCHOR: Final = re.compile(r"[^a-z0-9 _-]")
_TITLE_ASKED_FOR: Final = re.compile(r"\{\{ {0,4}\$?(?:frontmatter|page|meta)\.title {0,4}\}\}")
_BEGINS_CONTAINER: Final = frozenset(">-+*0123456789")
_CONTAINER: Final = re.compile(r"(?<![ \t])[ \t]*(?:>|[-+*](?=[ \t])|[0-9]{1,9}[.)](?=[ \t]))")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the text below it up to the next heading of any level.

    `heading_path` is the heading's text after those it stands under, from the page's title. Text
    before the first heading has no `anchor`, and for a heading the title of the front matter, if
    there is one. `start_line` and `end_line` count from 1 and are part of the section; `text` is
    its Markdown without the heading. `marks` are sentences that say of it, of what it stands
    under or of the page that it is removed, deprecated, experimental or not released yet. `links`
    are the page's link definitions, label and destination, wherever they stand on it.
    """

    path: str
    heading_path: tuple[str, ...]
    anchor: str
    start_line: int
    end_line: int
    text: str
    marks: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()


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
class _Above:
    """A heading that others stand under, and what it is marked as."""

    heading: Heading
    marks: tuple[str, ...]


def split_sections(path: str, text: str) -> tuple[Section, ...]:
    """Split a page at its headings, not at `#` lines in code or front matter."""
    return read_page(path, text).sections


def read_page(path: str, text: str) -> Page:
    """Split a page at its headings, and name what is left out of it."""
    text = unify_newlines(text.removeprefix("\ufeff"))
    front_matter = read_front_matter(text)
    lines = text.split("\n")
    body_line = text.count("\n", 0, front_matter.end) + (1 if front_matter.end else 0)
    if problem := problem_of(lines, body_line):
        return Page((), (LeftOut(path, problem),))
    read = islice(find_headings(lines, body_line), MAX_HEADINGS_PER_PAGE)
    found = tuple(_with_title(heading, front_matter.title) for heading in read)
    title = "" if found and found[0].level == 1 else front_matter.title
    headings = [Heading(title, 0, body_line, body_line), *found]
    left_out = []
    if len(headings) > MAX_HEADINGS_PER_PAGE:
        line = headings[MAX_HEADINGS_PER_PAGE].first_line + 1
        reason = f"what begins in line {line}: there are more than {MAX_HEADINGS_PER_PAGE} headings"
        left_out.append(LeftOut(path, reason))
    end = len(lines) - 1 if text.endswith("\n") else len(lines)
    sections = []
    links = link_definitions(text)
    marks = marks_of_page(front_matter)
    for section in _sections(path, headings, lines, end, marks if may_be_marked(text) else None):
        if isinstance(section, LeftOut):
            left_out.append(section)
        else:
            sections.append(replace(section, links=links) if links else section)
    return Page(tuple(sections), tuple(left_out))


def _with_title(heading: Heading, title: str) -> Heading:
    """Fill the page's title into a heading that VitePress or Jinja makes of it."""
    if not title or not heading.text or not _TITLE_ASKED_FOR.search(heading.text):
        return heading
    anchor = heading.anchor or heading_anchor(heading.text)
    text = _TITLE_ASKED_FOR.sub(lambda found: title, heading.text)
    return replace(heading, text=text, anchor=anchor)


def problem_of(lines: Sequence[str], body_line: int = 0) -> str | None:
    """Say why a page, whose text begins in `body_line`, takes too long to be parsed, or None."""
    if len(lines) > MAX_LINES_PER_PAGE:
        return f"it has {len(lines)} lines, more than {MAX_LINES_PER_PAGE}"
    if _problem_of_nesting(lines):  # or looks so in code, which is not parsed
        return _problem_of_nesting(without_code(lines, body_line))
    return None


def _problem_of_nesting(lines: Sequence[str]) -> str | None:
    nested = 0
    for number, line in enumerate(lines, 1):
        begun = _nesting(line) if line.lstrip()[:1] in _BEGINS_CONTAINER else 0
        if begun > MAX_NESTING:
            return f"line {number} begins more than {MAX_NESTING} lists and quotations"
        nested += begun
    if nested > MAX_NESTED_PER_PAGE:
        return f"its lines begin more than {MAX_NESTED_PER_PAGE} lists and quotations"
    return None


def _nesting(line: str) -> int:
    depth, place = 0, 0
    while (
        depth <= MAX_NESTING
        and not THEMATIC_BREAK.fullmatch(line, place)
        and (mark := _CONTAINER.match(line, place))
    ):
        depth, place = depth + 1, mark.end()
    return depth


def _sections(
    path: str,
    headings: Sequence[Heading],
    lines: Sequence[str],
    end: int,
    page_marks: tuple[str, ...] | None,
) -> Iterator[Section | LeftOut]:
    """The sections of a page; `page_marks` is None where nothing on the page can be a mark."""
    ends = [*(heading.first_line for heading in headings[1:]), end]
    anchors = _Anchors()
    trail: list[_Above] = []
    for heading, end_line in list(zip(headings, ends, strict=True))[:MAX_HEADINGS_PER_PAGE]:
        content = "\n".join(lines[heading.body_line : end_line]).strip("\n")
        trail = [above for above in trail if above.heading.level < heading.level]
        inherited = (
            [each for each in trail[-1].marks if is_of_all(each)] if trail else page_marks or ()
        )
        title = next((above.heading.text for above in trail if above.heading.text), "")
        may_be = page_marks is not None
        own = marks_of_section(heading.text or "", content, title) if may_be else ()
        trail.append(_Above(heading, tuple(dict.fromkeys((*inherited, *own)))))
        if heading.level or content.strip():
            anchor = anchors.add(heading)
            yield _section(path, trail, anchor, end_line, content)


def _section(
    path: str, trail: Sequence[_Above], anchor: str, end_line: int, content: str
) -> Section | LeftOut:
    line = trail[-1].heading.first_line + 1
    titles = tuple(
        above.heading.text or "" for above in trail if above.heading.level or above.heading.text
    )
    if any(above.heading.text is None for above in trail):
        most = f"{MAX_HEADING_CHARACTERS} characters or {MAX_HEADING_MARKS} of markup"
        what = f"its heading, or one above it, has more than {most}"
        return LeftOut(path, f"the section in line {line}: {what}")
    if len(content) > MAX_SECTION_CHARACTERS:
        what = f"{len(content)} characters, more than {MAX_SECTION_CHARACTERS}"
        return LeftOut(path, f"the section in line {line} has {what}")
    return Section(path, titles, anchor, line, end_line, content, trail[-1].marks)


class _Anchors:
    """The anchors of one page: a repeated heading gets `-1`, `-2` …"""

    def __init__(self) -> None:
        self._repeats: dict[str, int] = {}

    def add(self, heading: Heading) -> str:
        """The anchor of the next heading; what stands before the first one has none."""
        if not heading.level or heading.text is None:
            return ""
        slug = anchor = heading.anchor or heading_anchor(heading.text)
        while anchor in self._repeats:
            self._repeats[slug] += 1
            anchor = f"{slug}-{self._repeats[slug]}"
        self._repeats[anchor] = 0
        return anchor


def heading_anchor(heading: str) -> str:
    """Derive the anchor of a heading's text: lower case, no punctuation, hyphens for spaces.

    Source: https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#section-links
    """
    lowered = heading.lower()
    if lowered.isascii():
        return _NOT_IN_ASCII_ANCHOR.sub("", lowered).replace(" ", "-")
    kept = (c for c in lowered if c in " -_" or unicodedata.category(c) in _IN_ANCHOR)
    return "".join(kept).replace(" ", "-")
