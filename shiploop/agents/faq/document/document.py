"""The FAQ document: read, insert, replace and remove our entries; every other byte stays.

A document is text decoded from UTF-8 without newline translation. An entry of ours looks so:

    <!-- shiploop:entry how-do-i-export-my-data-3fa2b1c0 hash=<64 hex> trace=<uuid> -->
    ## How do I export my data?

    Answer.

    <!-- /shiploop:entry how-do-i-export-my-data-3fa2b1c0 -->

A marker inside a code fence, indented code or an HTML block, one without its partner, and
a repeated question hash are plain text. Each entry owns the blank line before it, so that
inserting and removing are exact inverses and the order of insertions leaves no trace.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from markdown_it import MarkdownIt

from shiploop.agents.faq.document.entry import (
    Entry,
    UnsafeEntryError,
    entry_id,
    parse_entry,
    render_entry,
)
from shiploop.agents.faq.document.markers import NEWLINE, ends_open, find_markers, front_matter_end
from shiploop.agents.faq.document.remembered import remembered

__all__ = [
    "FAQ_PATH",
    "Entry",
    "UnsafeDocumentError",
    "UnsafeEntryError",
    "entries",
    "entry_id",
    "find",
    "insert",
    "remove",
]

FAQ_PATH: Final = "docs/FAQ.md"

_BOM: Final = "\ufeff"
_DEFAULT_LEVEL: Final = 2
_SEPARATOR: Final = re.compile(r"(?:\r\n|\r|\n){0,2}\Z")
_LONGEST_SEPARATOR: Final = len("\r\n\r\n")
_LINE_BELOW: Final = re.compile(r"(?:\r\n|\r|\n)[^\r\n]")
_BLOCKS: Final = MarkdownIt("commonmark").disable(["inline", "text_join"])


class UnsafeDocumentError(ValueError):
    """A document that ends inside a code fence or an HTML block, so nothing can be appended."""


@dataclass(frozen=True, slots=True)
class _Block:
    """Where an entry stands: its separator from `start`, its text from `marker` to `end`."""

    entry: Entry
    level: int
    start: int
    marker: int
    end: int

    @property
    def key(self) -> tuple[str, str]:
        return self.entry.slug, self.entry.question_hash


def entries(document: str) -> tuple[Entry, ...]:
    """List our entries in the order in which they stand."""
    return tuple(block.entry for block in _blocks(document.removeprefix(_BOM)))


def find(document: str, question_hash: str) -> Entry | None:
    """Return our entry for a question, or None."""
    found = (entry for entry in entries(document) if entry.question_hash == question_hash)
    return next(found, None)


def insert(document: str, entry: Entry) -> str:
    """Put an entry in its place; one for the same question is replaced where it stands.

    The place is before the first of our entries with a greater (slug, hash), else after the
    last of ours, else at the end. The heading's level is the one that most of our entries
    have, else the one of most human headings that ask a question, else 2.
    Raises UnsafeEntryError, and UnsafeDocumentError when the place is the end and is not safe.
    """
    body = document.removeprefix(_BOM)
    blocks = _blocks(body)
    newline = _newline(body)
    text = render_entry(entry, _heading_level(body, blocks)).replace("\n", newline)
    present = next((b for b in blocks if b.entry.question_hash == entry.question_hash), None)
    if present:
        edited = body[: present.marker] + text + body[present.end :]
    else:
        place, before, after = _place(body, blocks, (entry.slug, entry.question_hash))
        if newline == "\n" and body[:place].endswith("\r"):  # the two would be one line break
            place = len(body[:place].rstrip("\r\n"))
        edited = body[:place] + newline * before + text + newline * after + body[place:]
    return document[: len(document) - len(body)] + edited


def remove(document: str, question_hash: str) -> str:
    """Take an entry out again; a document without it is returned as it is."""
    body = document.removeprefix(_BOM)
    blocks = _blocks(body)
    index = next((i for i, b in enumerate(blocks) if b.entry.question_hash == question_hash), None)
    if index is None:
        return document
    block = blocks[index]
    previous = blocks[index - 1] if index else None
    following = blocks[index + 1] if index + 1 < len(blocks) else None
    start, end = block.start, block.end
    if following and following.start == end:
        if block.start == block.marker:  # nothing is before it, and nothing shall be after
            end = following.marker
    elif _LINE_BELOW.match(body, end) and not (previous and previous.end == start):
        # Somebody wrote directly below: that must not join the paragraph before the entry.
        start = block.marker
    return document[: len(document) - len(body)] + body[:start] + body[end:]


@remembered  # a task reads the same few again and again, and 500 entries take some 3 ms
def _blocks(body: str) -> tuple[_Block, ...]:
    blocks: dict[str, _Block] = {}
    for opening, closing in pairwise(find_markers(body)):
        if not opening["opens"] or opening["opens"] != closing["closes"]:
            continue
        parsed = parse_entry(opening, body[opening.end() : closing.start()])
        if parsed:
            entry, level = parsed
            start = _separator_start(body, opening.start())
            block = _Block(entry, level, start, opening.start(), closing.end())
            blocks.setdefault(entry.question_hash, block)
    return tuple(blocks.values())


def _separator_start(body: str, marker: int) -> int:
    separator = _SEPARATOR.search(body, max(0, marker - _LONGEST_SEPARATOR), marker)
    return separator.start() if separator else marker


def _place(body: str, blocks: Sequence[_Block], key: tuple[str, str]) -> tuple[int, int, int]:
    """Find the offset for a new entry and how many line breaks it needs before and after it."""
    for block in blocks:
        if block.key > key:
            at_top = block.start == block.marker
            return (block.start, 0, 2) if at_top else (block.start, 2, 0)
    if blocks:
        return blocks[-1].end, 2, 0
    place = len(body.rstrip("\r\n"))
    if ends_open(body[front_matter_end(body) : place] + "\n\n"):
        raise UnsafeDocumentError("The document ends inside a code fence or an HTML block.")
    return place, 2 if place else 0, 0


def _newline(body: str) -> str:
    first = NEWLINE.search(body)
    return first[0] if first else "\n"


def _heading_level(body: str, blocks: Sequence[_Block]) -> int:
    levels = Counter(block.level for block in blocks) or Counter(_question_levels(body))
    return min(levels, key=lambda level: (-levels[level], level), default=_DEFAULT_LEVEL)


def _question_levels(body: str) -> Iterator[int]:
    for heading, inline in pairwise(_BLOCKS.parse(body[front_matter_end(body) :])):
        if heading.type == "heading_open" and inline.content.endswith(("?", "？")):
            yield int(heading.tag.removeprefix("h"))
