"""Finds the headings of a Markdown page line by line, some ten times as fast as a parser.

Where a line may begin something that only a parser can tell, the scan ends without a result:
what it finds is what a parser finds.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import takewhile
from typing import Final

from markdown_it.common.html_blocks import block_names

from shiploop.agents.faq.retrieval.component_lines import COMPONENT_LINE
from shiploop.domain.limits import MAX_HEADING_CHARACTERS

_ATX: Final = re.compile(r"(#{1,6})(?:[ \t]|$)")
_UNDERLINE: Final = re.compile(r"(?:=+|-+)[ \t]*")
_FENCE: Final = re.compile(r"(`{3,})[^`]*|(~{3,})(?!~).*")
# A line that begins a paragraph, or goes on with one, whatever stands around it.
_PLAIN_LINE: Final = re.compile(r"[^\s#>\-+*=_|`~<\[\d:\\].*")
_BLOCK_TAG: Final = re.compile(rf"</?(?:{'|'.join(block_names)})(?:\s|/?>|$)", re.IGNORECASE)
_RAW_TAG: Final = re.compile(r"<(?:script|pre|style|textarea)(?:\s|>|$)", re.IGNORECASE)
_RAW_END: Final = re.compile(r"</(?:script|pre|style|textarea)>", re.IGNORECASE)
_COMMENT: Final = "<!--"
_COMMENT_END: Final = re.compile(r"-->")
_HTML_HEADING: Final = re.compile(
    r"<h(?P<level>[1-6])(?P<attributes>(?:\s[^<>]*)?)>(?P<text>.{0,600}?)</h(?P=level)>",
    re.IGNORECASE | re.DOTALL,
)
_HTML_HEADING_LINES: Final = 8  # at most
_CODE_INDENT: Final = 4
_TAB: Final = 4


@dataclass(frozen=True, slots=True)
class WrittenHeading:
    """A heading's Markdown, or its HTML and the attributes of its tag; lines count from 0."""

    source: str
    level: int
    first_line: int
    body_line: int
    attributes: str | None = None


class _Html(IntEnum):
    """Whether a line stands in a block of HTML, which ends with the next empty line."""

    NO = 0
    PERHAPS = 1
    YES = 2


class _CannotTell(Exception):
    """Only a parser can."""


def scan_headings(lines: Sequence[str], start: int) -> Sequence[WrittenHeading] | None:
    """The headings after the first `start` lines; None where only a parser can tell."""
    try:
        return tuple(_Scan(lines, start).headings())
    except _CannotTell:
        return None


def without_code(lines: Sequence[str], start: int) -> Sequence[str]:
    """The lines, those of code emptied that begins at a margin; all where only a parser can tell.

    A fence that stands at the margin is code whatever list there is before it.
    """
    scan, left = _Scan(lines, start), list(lines)
    try:
        for _ in scan.headings():
            pass
    except _CannotTell:
        return lines
    for code in scan.code:
        left[code.start : code.stop] = [""] * len(code)
    return left


def html_headings(lines: Sequence[str], first: int, after: int) -> Iterator[WrittenHeading]:
    """The headings in the lines of a block of HTML."""
    begun = lines[first].lstrip()
    if begun.startswith(_COMMENT) or _RAW_TAG.match(begun):
        return
    number = first
    while number < after:
        found = _html_heading(lines, number)
        if found:
            yield found
        number = found.body_line if found else number + 1


def _html_heading(lines: Sequence[str], number: int) -> WrittenHeading | None:
    if "<h" not in lines[number][:MAX_HEADING_CHARACTERS].lower():
        return None
    block = takewhile(str.strip, lines[number : number + _HTML_HEADING_LINES])
    found = _HTML_HEADING.match("\n".join(block).lstrip())
    if not found:
        return None
    end = number + 1 + found[0].count("\n")
    return WrittenHeading(found["text"], int(found["level"]), number, end, found["attributes"])


class _Scan:
    """One page, and what is open where it is being read."""

    def __init__(self, lines: Sequence[str], start: int) -> None:
        self._lines = lines
        self._number = start
        self._floor = start  # no paragraph reaches above it
        self._set_in_until = -1  # the line after a fence that may be text, which is set in
        self._html = _Html.NO
        self.code: list[range] = []  # the lines of each fence at the margin
        self._readers: Mapping[str, Callable[[str], WrittenHeading | None]] = {
            "#": self._atx, "`": self._fence, "~": self._fence, "<": self._tag,
            "=": self._underline, "-": self._underline, " ": self._indented, "\t": self._indented,
        }  # fmt: skip

    def headings(self) -> Iterator[WrittenHeading]:
        while self._number < len(self._lines):
            line = self._lines[self._number]
            if not line:
                self._html = _Html.NO
            reader = self._readers.get(line[:1])
            if reader and (found := reader(line)):
                yield found
                self._floor = self._number = found.body_line
            else:
                self._number += 1

    def _atx(self, line: str) -> WrittenHeading | None:
        if self._html is _Html.YES or not (marks := _ATX.match(line)):
            return None
        self._must_not_be_html()
        text = line[marks.end(1) :].strip(" \t")
        unclosed = text.rstrip("#")
        if not unclosed or unclosed[-1] in " \t":
            text = unclosed.rstrip(" \t")
        return WrittenHeading(text, len(marks[1]), self._number, self._number + 1)

    def _underline(self, line: str) -> WrittenHeading | None:
        if self._html is _Html.YES or not _UNDERLINE.fullmatch(line):
            return None
        first = self._number
        while first > self._floor and self._lines[first - 1].strip():
            first -= 1
        paragraph = self._lines[first : self._number]
        if first == self._set_in_until:
            raise _CannotTell
        if not paragraph:
            return None
        self._must_not_be_html()
        if not all(map(_PLAIN_LINE.fullmatch, paragraph)):
            raise _CannotTell
        text = "\n".join(each.strip(" \t") for each in paragraph)
        return WrittenHeading(text, 1 if line[0] == "=" else 2, first, self._number + 1)

    def _fence(self, line: str, indent: int = 0) -> None:
        """Go on to the line that closes it, or to the last one."""
        if self._html is _Html.YES or not (opening := _FENCE.fullmatch(line)):
            return
        self._must_not_be_html()
        mark, first = opening[1] or opening[2], self._number
        for self._number in range(self._number + 1, len(self._lines)):  # noqa: B020
            inner = self._lines[self._number]
            text = inner.strip(" \t")
            if not text:
                continue
            further = _indent_of(inner) - indent
            closes = text.startswith(mark) and not text.strip(text[0])
            if further < 0 or (closes and 0 < further < _CODE_INDENT and indent):
                raise _CannotTell  # that depends on the list that the fence may stand in
            if closes and further < _CODE_INDENT:
                break
        self._floor = self._number + 1
        if indent >= _CODE_INDENT:
            self._set_in_until = self._floor
        if not indent:
            self.code.append(range(first, self._number + 1))

    def _tag(self, line: str) -> WrittenHeading | None:
        if self._html is not _Html.YES:
            if line.startswith(_COMMENT) or _RAW_TAG.match(line):
                self._skip_to(_COMMENT_END if line.startswith(_COMMENT) else _RAW_END)
                return None
            if line.startswith(("<?", "<!")):
                raise _CannotTell
            if COMPONENT_LINE.fullmatch(line):
                return None
            if not _BLOCK_TAG.match(line):
                self._html = _Html.PERHAPS
                return None
            self._html = _Html.YES
        return _html_heading(self._lines, self._number)

    def _indented(self, line: str) -> WrittenHeading | None:
        text, indent = line.strip(" \t"), _indent_of(line)
        if not text:
            self._html = _Html.NO
        elif text[0] in "`~":
            self._fence(text, indent)
        elif self._html is _Html.YES:
            return _html_heading(self._lines, self._number)
        elif indent < _CODE_INDENT:
            if text[0] == "<":
                if not COMPONENT_LINE.fullmatch(text):
                    self._html = _Html.PERHAPS
                may_go_on = bool(_RAW_TAG.match(text)) or text.startswith("<!")
            else:
                may_go_on = bool(_ATX.match(text) or _UNDERLINE.fullmatch(text))
            if may_go_on or _HTML_HEADING.match(text):
                raise _CannotTell
        return None

    def _skip_to(self, end: re.Pattern[str]) -> None:
        if not end.search(self._lines[self._number]):
            self._must_not_be_html()
        while self._number < len(self._lines) and not end.search(self._lines[self._number]):
            self._number += 1
        self._floor = self._number + 1

    def _must_not_be_html(self) -> None:
        if self._html is _Html.PERHAPS:
            raise _CannotTell


def _indent_of(line: str) -> int:
    expanded = line.expandtabs(_TAB)
    return len(expanded) - len(expanded.lstrip(" "))
