"""How a file writes Markdown where Markdown leaves a choice: its marks, tables and line lengths."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from shiploop.agents.faq.document.lines import Lines
from shiploop.agents.faq.document.remembered import remembered
from shiploop.agents.faq.document.tables import is_padded

_FENCE: Final = re.compile(r"\A[ \t]{0,12}(`{3,}|~{3,})")
_BULLET: Final = re.compile(r"\A[ ]{0,3}([-*+])[ \t]+\S")
_NUMBER: Final = re.compile(r"\A[ ]{0,3}(\d{1,6})([.)])[ \t]+\S")
# Of a table of contents: some of these are ours.
_LISTED: Final = re.compile(r"\A[ \t]*(?:[-*+]|\d{1,6}[.)])[ \t]+\[.*\]\(#")
_CODE: Final = re.compile(r"`[^`]*`")
_EMPHASIS: Final = re.compile(
    r"(?<![\w\\*])\*(?=[^\s*])[^*\n]{1,80}(?<=[^\s\\])\*(?![\w*])"
    r"|(?<![\w\\_])_(?=[^\s_])[^_\n]{1,80}(?<=[^\s\\])_(?![\w_])"
)
_STRONG: Final = re.compile(r"(?<![\w\\*])\*\*(?=[^\s*])|(?<![\w\\_])__(?=[^\s_])")
_PROSE: Final = re.compile(r"\A[^\W\d_]|\A[\"'(`*_\[]")
_HEADING: Final = re.compile(r"\A#{1,6}[ \t]")
_HARD_BREAK: Final = re.compile(r"\S  \Z")
_CODE_BLOCK: Final = "~~~"  # stands for one
_LISTING: Final = "<a>"  # stands for a line of a table of contents
_WIDEST: Final = 130
_NARROWEST: Final = 60
_ENOUGH_LINES: Final = 8
_ENOUGH_TEXT: Final = 6


@dataclass(frozen=True, slots=True)
class Habits:
    """What a file has; empty, 0 or None where it does not tell.

    `numbers_alike` says that the items of a list all have one number. `width` is the length after
    which prose is broken. `is_formatted` says that it looks as a formatter leaves files.
    """

    bullet: str = ""
    delimiter: str = ""
    numbers_alike: bool | None = None
    fence: str = ""
    emphasis: str = ""
    strong: str = ""
    width: int = 0
    pads_tables: bool | None = None
    is_formatted: bool = False


@remembered
def habits_of(text: str) -> Habits:
    """The habits of a text of people."""
    lines = Lines.of(text)
    fences: Counter[str] = Counter()
    outside = tuple(_outside_code(lines, fences))
    prose = [_CODE.sub("", line) for line in outside]
    emphasis = Counter(found[0][0] for line in prose for found in _EMPHASIS.finditer(line))
    strong = Counter(found[0] for line in prose for found in _STRONG.finditer(line))
    bullets = Counter(item[1] for line in outside if (item := _BULLET.match(line)))
    items = [item for line in outside if (item := _NUMBER.match(line))]
    padded = is_padded(outside)
    habits = Habits(
        bullet=_most(bullets),
        delimiter=_most(Counter(item[2] for item in items)),
        numbers_alike=_are_alike([int(item[1]) for item in items]),
        fence=_most(fences),
        emphasis=_most(emphasis),
        strong=_most(strong),
        width=_width(outside),
        pads_tables=padded,
    )
    return replace(habits, is_formatted=_is_formatted(lines, outside, habits))


def _most(counts: Counter[str]) -> str:
    """What is clearly the most common of them; empty where nothing is."""
    first, second = [*counts.most_common(2), ("", 0), ("", 0)][:2]
    return first[0] if first[1] > 2 * second[1] else ""


def _are_alike(numbers: Sequence[int]) -> bool | None:
    """Tell whether items have the number of the one before rather than the next one.

    None where there are no two in a row.
    """
    same = sum(before == after for before, after in pairwise(numbers))
    following = sum(before + 1 == after for before, after in pairwise(numbers))
    return same > following if same or following else None


def _outside_code(lines: Lines, fences: Counter[str]) -> Iterator[str]:
    """The lines that are not in fenced code, which is one line; its fences are counted."""
    fence = ""
    for line in lines.lines[lines.start :]:
        marks = _FENCE.match(line)
        if marks and not fence:
            fence = marks[1]
            fences[fence[0]] += 1
            yield _CODE_BLOCK
        elif marks and marks[1].startswith(fence) and not line.strip(" \t").strip(fence[0]):
            fence = ""
        elif not fence:
            yield _LISTING if _LISTED.match(line) else line


def _width(lines: Sequence[str]) -> int:
    """The length after which prose is broken: no line is longer, none could take the next word."""
    broken = [
        (line.rstrip(), following)
        for line, following in pairwise(lines)
        if _PROSE.match(line) and _PROSE.match(following) and not _HARD_BREAK.search(line)
    ]
    if len(broken) < _ENOUGH_LINES:
        return 0
    lengths = sorted(len(line) for line, _ in broken)
    width = lengths[len(lengths) * 95 // 100]
    if not _NARROWEST <= width <= _WIDEST:
        return 0
    longer = [
        line for line in lines if _PROSE.match(line) and len(line) > width + 1 and " " in line
    ]
    full = sum(len(line) + len(below.split(" ", 1)[0]) >= width - 1 for line, below in broken)
    return width if 5 * full >= 4 * len(broken) and 10 * len(longer) <= len(broken) else 0


def _is_formatted(lines: Lines, outside: Sequence[str], habits: Habits) -> bool:
    """Tell whether nothing is there that a formatter would write otherwise."""
    text = lines.text
    said = sum(bool(line) and line != _LISTING for line in outside)
    if said < _ENOUGH_TEXT or not text.endswith(("\n", "\r")):
        return False
    if habits.bullet not in ("", "-") or habits.strong == "__" or habits.pads_tables is False:
        return False
    around = zip(("<", *outside), outside, (*outside[1:], ""), strict=False)
    return not any(map(_is_careless, around))


def _is_careless(around: tuple[str, str, str]) -> bool:
    above, line, below = around
    is_html = line.lstrip().startswith("<")
    if line.endswith((" ", "\t")) and not is_html and not _HARD_BREAK.search(line):
        return True
    if _HEADING.match(line):
        return bool(below) or bool(above and not above.startswith("<"))
    return not line and not above and bool(below)
