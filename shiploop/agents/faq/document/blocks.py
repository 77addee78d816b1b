"""Where our entries stand in a document, and what is left of it without them: what people wrote."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from shiploop.agents.faq.document.entry import Entry, parse_entry
from shiploop.agents.faq.document.form import Form
from shiploop.agents.faq.document.lines import STANDS_ALONE
from shiploop.agents.faq.document.markers import find_markers
from shiploop.agents.faq.document.remembered import remembered

_SEPARATOR: Final = re.compile(r"(?:\r\n|\r|\n){0,2}\Z")
_LONGEST_SEPARATOR: Final = len("\r\n\r\n")
_ONE_BREAK: Final = re.compile(r"\r\n|\r|\n")
_TWO_BREAKS: Final = re.compile(r"(?:\r\n|\r|\n){2}")
# The end of an element joins no paragraph.
_LINE_BELOW: Final = re.compile(r"(?:\r\n|\r|\n)(?=[ \t]*[^ \t\r\n])(?!</)")


@dataclass(frozen=True, slots=True)
class Block:
    """Where an entry stands: its separator from `start`, its text from `marker` to `end`.

    A block that `hangs` stands directly below a line and owns the blank line below it instead.
    """

    entry: Entry
    form: Form
    start: int
    marker: int
    end: int
    hangs: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """By which entries that stand together are in order."""
        return self.entry.slug, self.entry.question_hash


@dataclass(frozen=True, slots=True)
class Apart:
    """What people wrote, and the blocks of ours with where in that text they stand.

    `cuts` are where in that text something of ours was, and how long it is.
    """

    text: str
    blocks: Sequence[tuple[int, Block]]
    cuts: Sequence[tuple[int, int]]

    def in_body(self, offset: int) -> int:
        """Where an offset of that text is in the whole document."""
        return offset + sum(length for at, length in self.cuts if at < offset)


@remembered  # a task reads the same few again and again, and 500 entries take some 3 ms
def find_blocks(body: str) -> tuple[Block, ...]:
    """Our entries in a document that has no byte order mark, in order."""
    found: dict[str, Block] = {}
    for opening, closing in pairwise(find_markers(body)):
        if not opening["opens"] or opening["opens"] != closing["closes"]:
            continue
        parsed = parse_entry(opening, body[opening.end() : closing.start()])
        if parsed and parsed[0].question_hash not in found:
            start = _separator_start(body, opening.start())
            block = Block(*parsed, start, opening.start(), closing.end())
            found[block.entry.question_hash] = block
    return tuple(block for chain in _chains(found.values()) for block in _hung(body, chain))


def removed_with(body: str, blocks: Sequence[Block], index: int) -> tuple[int, int]:
    """What goes from a document with one of its blocks."""
    block, following = blocks[index], blocks[index + 1 : index + 2]
    if following and following[0].start == block.end:
        return block.start, following[0].marker if block.start == block.marker else block.end
    if block.hangs:
        return block.marker, _after_blank(body, block.end)
    if _LINE_BELOW.match(body, block.end) and not (index and blocks[index - 1].end == block.start):
        # Somebody wrote directly below: that must not join the paragraph before the entry.
        return block.marker, block.end
    return block.start, block.end


def take_apart(body: str, blocks: Sequence[Block]) -> Apart:
    """Take all of our blocks out of a document."""
    kept: list[str] = []
    placed: list[tuple[int, Block]] = []
    cuts: list[tuple[int, int]] = []
    begin = length = 0
    for chain in _chains(blocks):
        first, last = chain[0], chain[-1]
        start = first.start
        if _LINE_BELOW.match(body, last.end) and (kept_break := _ONE_BREAK.match(body, start)):
            # With the break below it is a blank line, however many stood above: a second entry
            # in this place changes nothing of what people wrote.
            start = kept_break.end()
        end = _after_blank(body, last.end) if first.hangs else last.end
        kept.append(body[begin:start])
        length += start - begin
        placed += [(length, block) for block in chain]
        cuts.append((length, end - start))
        begin = end
    return Apart("".join([*kept, body[begin:]]), placed, cuts)


def _chains(blocks: Iterable[Block]) -> list[list[Block]]:
    """The blocks that stand below each other with nothing between them but their separators."""
    chains: list[list[Block]] = []
    for block in blocks:
        if chains and chains[-1][-1].end == block.start < block.marker:
            chains[-1].append(block)
        else:
            chains.append([block])
    return chains


def _hung(body: str, chain: Sequence[Block]) -> Sequence[Block]:
    """Say of the first of a chain whether it hangs."""
    first, below = chain[0], _after_blank(body, chain[-1].end)
    is_one_break = _ONE_BREAK.fullmatch(body, first.start, first.marker)
    if is_one_break and below > chain[-1].end and body.startswith(STANDS_ALONE, below):
        return [replace(first, start=first.marker, hangs=True), *chain[1:]]
    return chain


def _after_blank(body: str, end: int) -> int:
    """Where the line after a blank one begins; where one is looked for if there is none."""
    blank = _TWO_BREAKS.match(body, end)
    return blank.end() if blank else end


def _separator_start(body: str, marker: int) -> int:
    separator = _SEPARATOR.search(body, max(0, marker - _LONGEST_SEPARATOR), marker)
    return separator.start() if separator else marker
