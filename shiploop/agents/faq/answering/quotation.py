"""What of a section can be quoted so that it still means the same: whole blocks, or nothing.

What does not fit is not cut: the section is linked instead, and says the rest itself.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Final

from shiploop.agents.faq.answering.length import count_words, is_short_enough
from shiploop.agents.faq.question import heading_text
from shiploop.agents.faq.quoting.blocks import read_blocks
from shiploop.agents.faq.quoting.cohesion import (
    begins_steps,
    goes_on,
    is_left_open,
    qualifies,
    runs,
)
from shiploop.agents.faq.quoting.links import Reach, unlinked
from shiploop.agents.faq.quoting.shapes import Block, joined, obstacle_of
from shiploop.agents.faq.retrieval.sections import Section
from shiploop.domain.limits import (
    MAX_QUOTED_SECTION_CHARACTERS,
    MAX_QUOTED_SECTION_LINES,
    MAX_QUOTED_WORDS,
)

# How much a text says to the question; 0 is nothing.
Says = Callable[[str], float]

ANYWHERE: Final = Reach()
# A mark is a sentence by itself, wherever it stood.
_GOING_ON: Final = re.compile(
    r"(?:however|but|aber|mais|pero|しかし|但是?)[,，、]?\s*", re.IGNORECASE
)
_NO_BRACKETS: Final = str.maketrans("", "", "[]")
_DEEPEST_HEADING: Final = 6
_FEWEST_JOINED: Final = 2
_PARTS_TRIED: Final = 50  # on each side of the best one
_TOO_LONG: Final = f"is longer than the {MAX_QUOTED_WORDS} words that may be quoted"


@dataclass(frozen=True, slots=True)
class Quotation:
    """Whole blocks of a section as Markdown for the FAQ, below the section's `marks`.

    `complete`: all that a reader sees of the section is in it. `blocks` is how many there are.
    """

    text: str
    complete: bool
    blocks: int
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unquotable:
    """Why a section can only be linked, in words that follow "it cannot be quoted: "."""

    reason: str


def quote_section(section: Section, reach: Reach = ANYWHERE) -> Quotation | Unquotable:
    """Quote a section whole, or say why that is not possible."""
    blocks = _read(section, reach)
    if isinstance(blocks, Unquotable):
        return blocks
    if obstacle := obstacle_of(blocks):
        return Unquotable(f"the section holds {obstacle}")
    if goes_on(blocks[0]):
        return Unquotable("the section goes on from what stands above it")
    return _quotation(section, blocks, complete=True) or Unquotable(f"the section {_TOO_LONG}")


def quote_part(section: Section, says: Says, reach: Reach = ANYWHERE) -> Quotation | Unquotable:
    """Quote the blocks that say most to a question, and as much around them as fits.

    They follow each other and keep what they need; nothing that is left out may be a condition,
    an exception or a negation. All of the section where that fits.
    """
    blocks = _read(section, reach)
    if isinstance(blocks, Unquotable):
        return blocks
    parts = [blocks[start:end] for start, end in runs(blocks)]
    scores = [says(joined(part)) for part in parts]
    best = max(range(len(parts)), key=lambda i: (scores[i], -i))
    if not scores[best]:
        return Unquotable("nothing of the section speaks of the question")
    if obstacle := obstacle_of(parts[best]):
        return Unquotable(f"what speaks of the question holds {obstacle}")
    windows = _windows(parts, best)
    if not windows:
        return Unquotable(f"what speaks of the question {_TOO_LONG}")
    qualified = list(accumulate((any(map(qualifies, part)) for part in parts), initial=0))
    for start, end in windows:
        quoted = [block for part in parts[start:end] for block in part]
        if qualified[start] or qualified[end] < qualified[-1]:
            continue
        if end < len(parts) and (is_left_open(quoted[-1]) or any(map(begins_steps, quoted))):
            continue
        whole = end - start == len(parts)
        if quotation := _quotation(section, quoted, complete=whole):
            return quotation
    return Unquotable("what would be left out says when or whether the rest holds")


def join_sections(sections: Sequence[Section]) -> Section | None:
    """A section and all that stands below it, as one; None where they are no such sections."""
    if len(sections) < _FEWEST_JOINED:
        return None
    section, *below = sections
    if not all(_stands_below(each, section) for each in below):
        return None
    parts = [section.text.strip("\n")]
    for each in below:
        level = "#" * min(len(each.heading_path) - len(section.heading_path), _DEEPEST_HEADING)
        parts.append(f"{level} {heading_text(each.heading_path[-1])}\n\n{each.text.strip()}")
    text = "\n\n".join(filter(str.strip, parts))
    return replace(section, text=text, end_line=below[-1].end_line)


def _stands_below(section: Section, above: Section) -> bool:
    """Tell whether a section stands below another, and is marked as that one is."""
    depth = len(above.heading_path)
    is_deeper = section.heading_path[:depth] == above.heading_path != section.heading_path
    return section.path == above.path and is_deeper and section.marks == above.marks


def is_quotation(text: str, section: Section, reach: Reach) -> bool:
    """Tell whether a text is what could be quoted of a section, wherever its links lead or not."""
    body, blocks = unlinked(text), read_blocks(section, reach)
    return any(_begins(section, blocks[start:], body) for start in range(len(blocks)))


def _begins(section: Section, blocks: Sequence[Block], body: str) -> bool:
    """Tell whether a text is the first of these blocks, and no part of one."""
    for count, block in enumerate(blocks, 1):
        if block.obstacle or unlinked(joined(blocks[:count])) not in body:
            return False
        if unlinked(_below_marks(section, blocks[:count])) == body:
            return True
    return False


def _read(section: Section, reach: Reach) -> tuple[Block, ...] | Unquotable:
    """Read a section as blocks that could be quoted one by one."""
    if _takes_long(section.text):
        return Unquotable(f"the section {_TOO_LONG}")
    blocks = read_blocks(section, reach)
    if not blocks:
        return Unquotable("the section has no text")
    if is_left_open(blocks[-1]):
        return Unquotable("the section ends by announcing what stands elsewhere")
    return blocks


def _takes_long(text: str) -> bool:
    if len(text) > MAX_QUOTED_SECTION_CHARACTERS:
        return True
    return sum(1 for line in text.split("\n") if line.strip()) > MAX_QUOTED_SECTION_LINES


def _windows(parts: Sequence[Sequence[Block]], best: int) -> list[tuple[int, int]]:
    """The stretches around the best part that are short enough, the longest first."""
    words = [count_words(joined(part)) for part in parts]
    bad = [bool(obstacle_of(part)) for part in parts]
    first, after = max(-1, best - _PARTS_TRIED), min(len(parts), best + _PARTS_TRIED)
    found = [
        (start, last + 1)
        for start in _fitting(words, range(best, first, -1))
        for last in _fitting(words, range(best, after), sum(words[start:best]))
        if not any(bad[start : last + 1])
    ]
    return sorted(found, key=lambda one: (-sum(words[one[0] : one[1]]), one[0]))


def _fitting(words: Sequence[float], order: range, taken: float = 0.0) -> Sequence[int]:
    totals = accumulate((words[i] for i in order), initial=taken)
    return [
        i for i, total in zip(order, list(totals)[1:], strict=True) if total <= MAX_QUOTED_WORDS
    ]


def _quotation(section: Section, blocks: Sequence[Block], *, complete: bool) -> Quotation | None:
    """Put marks and blocks together; None where that is too long."""
    text = _below_marks(section, blocks)
    # What is not quoted is linked in a line of its own, by the section's heading.
    line = 0.0 if complete else count_words(" ".join((*section.heading_path, "read on")))
    if not is_short_enough(text, MAX_QUOTED_WORDS, line):
        return None
    return Quotation(text, complete, len(blocks), section.marks)


def _below_marks(section: Section, blocks: Sequence[Block]) -> str:
    """Write blocks below what the page says of itself, such as that it was removed.

    What the blocks say themselves is not said twice.
    """
    text = joined(blocks)
    said = _letters(unlinked(text))
    marks = (mark for mark in section.marks if _letters(mark) not in said)
    head = " ".join(_without_start(mark).translate(_NO_BRACKETS) for mark in marks)
    return "\n\n".join(filter(None, (heading_text(head[:1].upper() + head[1:]), text)))


def _without_start(mark: str) -> str:
    found = _GOING_ON.match(mark)
    return mark[found.end() :] if found else mark


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
