"""Where the entry markers of an FAQ document really are, and not merely quoted in code."""

import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from markdown_it import MarkdownIt

from shiploop.agents.faq.dialects.dialect import Comment
from shiploop.domain.markdown import shared

# A line across the page.
THEMATIC_BREAK: Final = re.compile(
    r"[ ]{0,3}(?:-(?:[ \t]*-){2,}|\*(?:[ \t]*\*){2,}|_(?:[ \t]*_){2,})[ \t]*"
)
NEWLINE: Final = re.compile(r"\r\n|\r|\n")

# A marker is a line of its own that starts in the first column: there it ends whatever list or
# quotation came before, so that only a fence or an HTML block can keep it from being one.
# It begins with what is written, and looks back then: `re` searches for plain text much faster.
_NAMES: Final = (
    r"(?:shiploop:entry (?P<opens>\S+) hash=(?P<hash>[0-9a-f]{64}) trace=(?P<trace>[0-9A-Za-z-]+)"
    r"|/shiploop:entry (?P<closes>\S+))"
)
_MARKER: Final = re.compile(rf"<!-- (?<![^\r\n]<!-- ){_NAMES} -->[ \t]*(?=[\r\n]|\Z)")
# In MDX, which knows no comments of HTML.
_MDX_MARKER: Final = re.compile(rf"\{{/\* (?<![^\r\n]\{{/\* ){_NAMES} \*/\}}[ \t]*(?=[\r\n]|\Z)")
_MDX_OPENS: Final = Comment.MDX.value[0]
PROBE: Final = Comment.HTML.around("/shiploop:entry probe")

_FRONT_MATTER_OPENS: Final = re.compile(r"---[ \t]*(?:\r\n|\r|\n)")
# What ends it, or shows that it is none: a marker is never in there. (In one expression this takes
# possessive quantifiers, which Python 3.11.2 has wrong.)
_FRONT_MATTER_ENDS: Final = re.compile(
    r"(?<=[\r\n])(?:(?P<closes>---[ \t]*)(?=[\r\n]|\Z)|(?:<!--|\{/\*) /?shiploop:)"
)
# What can open something that a marker does not end: a fence, or a line whose first character
# after those of lists and quotations is `<` (but not that of a link such as <https://…>).
_SUSPECT_LINE: Final = re.compile(
    r"^(?:.*(?:```|~~~).*|[ \t>*+.)\-0-9]*<(?!https?:).*)$", re.MULTILINE
)
_OPENING_FENCE: Final = re.compile(r"(`{3,})[^`]*|(~{3,})(?!~).*")
_CLOSING_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*")

_TEXTS_REMEMBERED: Final = 4096

_BLOCKS: Final = shared(MarkdownIt("commonmark").disable(["inline", "text_join"]))


def front_matter_end(body: str) -> int:
    """Offset after the YAML block between two `---` lines at the very beginning; 0 without one."""
    opening = _FRONT_MATTER_OPENS.match(body)
    found = _FRONT_MATTER_ENDS.search(body, opening.end()) if opening else None
    return found.end() if found and found["closes"] else 0


def match_marker(line: str) -> re.Match[str] | None:
    """Read a line by itself as a marker."""
    return _MARKER.fullmatch(line) or _MDX_MARKER.fullmatch(line)


def marker_lines(body: str, start: int = 0) -> Iterator[re.Match[str]]:
    """Every line that looks like a marker, also in code, in order."""
    if _MDX_OPENS not in body:
        return _MARKER.finditer(body, start)
    found = (*_MARKER.finditer(body, start), *_MDX_MARKER.finditer(body, start))
    return iter(sorted(found, key=re.Match.start))


def find_markers(body: str) -> tuple[re.Match[str], ...]:
    """List the markers that Markdown reads as comments; `body` has no BOM.

    Parsing 500 entries with markdown-it takes some 50 ms. So the text between two markers is
    looked at by itself, which is exact because a comment in the first column leaves nothing
    open; only when one turns out to stand inside a fence or an HTML block is all of it parsed.
    """
    markers = []
    start = front_matter_end(body)
    for marker in marker_lines(body, start):
        if ends_open(body[start : marker.start()]):
            return find_markers_by_parsing(body)
        markers.append(marker)
        start = marker.end()
    return tuple(markers)


def find_markers_by_parsing(body: str) -> tuple[re.Match[str], ...]:
    """Do what `find_markers` does by parsing the whole of `body`."""
    start = front_matter_end(body)
    offsets = [start, *(newline.end() for newline in NEWLINE.finditer(body, start))]
    markers, closed = [], []
    for token in _BLOCKS.parse(body[start:]):
        if token.level or not token.map or token.type not in ("html_block", "fence"):
            continue
        first, after = token.map
        closed.append((offsets[first], offsets[after] if after < len(offsets) else len(body)))
        marker = _MARKER.match(body, offsets[first]) if token.type == "html_block" else None
        if marker:
            markers.append(marker)
    markers += _outside(closed, _MDX_MARKER.finditer(body, start))
    return tuple(sorted(markers, key=re.Match.start))


def _outside(
    closed: list[tuple[int, int]], found: Iterator[re.Match[str]]
) -> Iterator[re.Match[str]]:
    """Those that are in none of these stretches of a document; both are in order."""
    stretches = iter((*closed, (sys.maxsize, sys.maxsize)))
    start, end = next(stretches)
    for marker in found:
        while end <= marker.start():
            start, end = next(stretches)
        if marker.start() < start:
            yield marker


@lru_cache(maxsize=_TEXTS_REMEMBERED)  # a document changes by one entry at a time
def ends_open(text: str) -> bool:
    """Tell whether a marker written after `text` would be swallowed by it.

    That is so in a fence, a comment or another HTML block that has not ended. `text` begins
    where a document or a line after a marker does, and is empty or ends with a line break.
    """
    text = unify_newlines(text)
    if _is_plainly_closed(text):
        return False
    markers = find_markers_by_parsing(text + PROBE)
    return not markers or markers[-1].start() != len(text)


def _is_plainly_closed(text: str) -> bool:
    """Tell, without parsing, that `text` leaves nothing open; False means that it might.

    That is sure when fences start in the first column and are closed, and no HTML is about.
    """
    fence = ""  # the open one
    for line in _SUSPECT_LINE.findall(text):
        if fence:
            closing = _CLOSING_FENCE.fullmatch(line)
            if closing and closing[1].startswith(fence):
                fence = ""
        elif opening := _OPENING_FENCE.fullmatch(line):
            fence = opening[1] or opening[2]
        else:
            return False
    return not fence


def unify_newlines(text: str) -> str:
    """Make every line end `\\n`, as Markdown reads it."""
    return NEWLINE.sub("\n", text) if "\r" in text else text
