"""Blocks as plain Markdown, which GitHub, every site generator and the linters read alike."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from itertools import pairwise
from typing import Final

_CJK_END: Final = re.compile(r"[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]\Z")
_SAID: Final = tuple(".:;,!?。：；，！？…")
_BACKTICKS: Final = re.compile(r"`+")


class Sort(Enum):
    """What a block is."""

    TEXT = auto()
    LIST = auto()
    CODE = auto()
    TABLE = auto()
    QUOTE = auto()
    BOX = auto()
    TAB = auto()


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a section, whole, as it would be quoted.

    `obstacle` names what of it cannot be written with its meaning: then `text` is not to be shown.
    `kind` is what a box says that it is, in lower case.
    """

    sort: Sort
    text: str
    obstacle: str = ""
    kind: str = ""


def is_plain(items: Sequence[Sequence[Block]], *, written_so: bool) -> bool:
    """Tell whether a list needs no empty lines: none around code, and written without any."""
    if not written_so:
        return all(len(blocks) <= 1 and _are(blocks, Sort.TEXT) for blocks in items)
    return all(_are(blocks, Sort.TEXT, Sort.LIST, Sort.QUOTE, Sort.BOX) for blocks in items)


def joined(blocks: Sequence[Block]) -> str:
    """Write blocks below each other."""
    text = blocks[0].text if blocks else ""
    for before, block in pairwise(blocks):
        # Without the mark between them two quotations would be two to some readers, one to others.
        both_quoted = before.text.startswith(">") and block.text.startswith(">")
        text += ("\n>\n" if both_quoted else "\n\n") + block.text
    return text


def obstacle_of(blocks: Iterable[Block]) -> str:
    """The first thing among blocks that cannot be written."""
    return next((block.obstacle for block in blocks if block.obstacle), "")


def item(marker: str, blocks: Sequence[Block], tight: bool) -> str:
    """Write an item of a list with all its blocks."""
    text = ""
    for block in blocks:
        close = tight and block.sort in (Sort.LIST, Sort.TEXT)
        text += ("\n" if close else "\n\n") * bool(text) + block.text
    return marker + _indented(text, " " * len(marker)).lstrip(" ")


def quoted(text: str) -> str:
    """Write a text as a quotation."""
    return "\n".join(f"> {line}" if line else ">" for line in text.split("\n"))


def fenced(code: str, language: str) -> str:
    """Write code in a fence that is longer than any in it."""
    longest = max((len(run) for run in _BACKTICKS.findall(code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{code}\n{fence}"


def table(rows: Sequence[Sequence[str]]) -> str:
    """Write a table, its header being the first row."""
    header, *body = rows
    lines = [header, ["---"] * len(header), *body]
    return "\n".join(
        f"| {' | '.join(map(_cell, cells))} |".replace("|  |", "| |") for cells in lines
    )


def titled(title: str) -> str:
    """Write a title so that it leads into what follows in the same line or below."""
    plain = title.replace("**", "")
    end = "" if plain.endswith(_SAID) else "：" if _CJK_END.search(plain) else ":"
    return f"**{plain}{end}**"


def box(title: str, kind: str, blocks: Sequence[Block]) -> Block:
    """Write a box: a paragraph where it holds no more than that, else a quotation."""
    first, *rest = blocks
    if title and first.sort is Sort.TEXT:
        first = replace(first, text=f"{titled(title)} {first.text}")
    elif title:
        first, rest = Block(Sort.TEXT, titled(title)), [first, *rest]
    whole = [first, *rest]
    text = quoted(joined(whole)) if rest else first.text
    return Block(Sort.BOX, text, obstacle_of(blocks), kind)


def _are(blocks: Sequence[Block], *sorts: Sort) -> bool:
    return all(block.sort in sorts for block in blocks)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _indented(text: str, indent: str) -> str:
    return "\n".join(f"{indent}{line}" if line else "" for line in text.split("\n"))
