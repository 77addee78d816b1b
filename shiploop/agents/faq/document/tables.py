"""Tables, written with their columns below each other or as short as they can be."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Final

_DELIMITERS: Final = re.compile(r"\A[ ]{0,3}\|?(?:[ \t]*:?-+:?[ \t]*\|)+(?:[ \t]*:?-+:?[ \t]*)?\Z")
_BAR: Final = re.compile(r"(?<!\\)\|")
_NARROWEST: Final = 3
_WIDE: Final = frozenset("WF")


def is_padded(lines: Sequence[str]) -> bool | None:
    """Tell whether most tables among some lines have their columns below each other.

    None where there are none, or only such as are the same either way.
    """
    padded = compact = 0
    for table in _tables(lines):
        if not _is_as_padded(_compact(table)):
            is_as_padded = _is_as_padded(table)
            padded += is_as_padded
            compact += not is_as_padded
    return padded > compact if padded or compact else None


def _tables(lines: Sequence[str]) -> Iterator[Sequence[str]]:
    """The tables among some lines; each goes on to the next blank line."""
    end = 0
    for number, line in enumerate(lines[1:], 1):
        if number < end or not line.strip().startswith("|") or not _DELIMITERS.match(line):
            continue
        end = next((at for at in range(number, len(lines)) if not lines[at].strip()), len(lines))
        yield [each.strip() for each in lines[number - 1 : end]]


def _is_as_padded(table: Sequence[str]) -> bool:
    """Tell whether a table is padded; one row that is longer than the others tells at once.

    Padding makes all rows as wide as the longest, which may be as much as rows times letters.
    """
    return len({_width(line) for line in table}) == 1 and table == _padded(table)


def written_table(table: Sequence[str], *, padded: bool) -> Sequence[str]:
    """Write a table anew, its lines being without indentation."""
    return _padded(table) if padded else _compact(table)


def _cells(line: str) -> list[str]:
    inner = line.strip().removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return [cell.strip() for cell in _BAR.split(inner)]


def _compact(table: Sequence[str]) -> list[str]:
    rows = [_cells(line) for line in table]
    rows[1] = [_delimiter(cell, _NARROWEST) for cell in rows[1]]
    return [f"| {' | '.join(cells)} |".replace("|  |", "| |") for cells in rows]


def _padded(table: Sequence[str]) -> list[str]:
    header, marks, *body = map(_cells, table)
    rows = [header, *body]
    columns = zip_longest(*rows, fillvalue="")
    widths = [max(_NARROWEST, *map(_width, cells)) for cells in columns]
    lines = [
        [_aligned(cell, mark, width) for cell, mark, width in zip(row, marks, widths, strict=False)]
        for row in rows
    ]
    delimiters = [_delimiter(mark, width) for mark, width in zip(marks, widths, strict=False)]
    return [f"| {' | '.join(cells)} |" for cells in (lines[0], delimiters, *lines[1:])]


def _aligned(cell: str, mark: str, width: int) -> str:
    free = width - _width(cell)
    left = 0
    if mark.endswith(":"):
        left = free // 2 if mark.startswith(":") else free
    return f"{' ' * left}{cell}{' ' * (free - left)}"


def _delimiter(mark: str, width: int) -> str:
    first, last = mark.startswith(":"), mark.endswith(":")
    return f"{':' * first}{'-' * (width - first - last)}{':' * last}"


def _width(text: str) -> int:
    """How many columns a text takes where every letter has one or two."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in _WIDE else 1
        for c in text
    )
