"""Tells a file whose text answers nothing: an index of others, or front matter that asks."""

import re
from typing import Final

from shiploop.agents.faq.document.lines import Lines

_LINK_ELSEWHERE: Final = re.compile(
    r"\A[ \t]*(?:[-*+]|\d{1,6}[.)])[ \t]+(?:\*\*|__)?\[.*\]\((?!#|[a-z]+:)[^()\s]+\)"
)
_ITEM: Final = re.compile(r"\A[ \t]*(?:[-*+]|\d{1,6}[.)])[ \t]")
_TOCTREE: Final = re.compile(r"\A[`:]{3,}\{toctree\}")
_ASKED_AS_DATA: Final = re.compile(
    r"\A[ ]{0,8}(?:-[ ]{1,4})?[\"']?(?:q|question|title|name|term|ask)[\"']?[ ]{0,4}:",
    re.IGNORECASE,
)
_FEWEST: Final = 3
_MOST_OTHERS: Final = 3  # lines that say what the page is


def is_index(text: str) -> bool:
    """Tell whether a text is a list of links to other files and little else."""
    lines = Lines.of(text)
    links = others = 0
    in_tree = False
    for line in lines.lines[lines.start :]:
        if _TOCTREE.match(line):
            in_tree = True
            links += _FEWEST
        elif in_tree:
            in_tree = not line.startswith(("```", ":::"))
        elif _LINK_ELSEWHERE.match(line):
            links += 1
        elif line.strip() and not line.startswith("#") and not _ITEM.match(line):
            others += 1
    return links >= _FEWEST and others <= _MOST_OTHERS


def asks_in_data(text: str) -> bool:
    """Tell whether questions are listed in front matter with nothing below, or in MDX's data."""
    lines = Lines.of(text)
    below = lines.lines[lines.start :]
    if any(line.startswith("export const ") for line in below):
        return sum(bool(_ASKED_AS_DATA.match(line)) for line in below) >= _FEWEST
    if any(line.strip() for line in below):
        return False
    above = lines.lines[: lines.start]
    listed = any(line.lstrip().startswith("- ") for line in above)
    return listed and sum(bool(_ASKED_AS_DATA.match(line)) for line in above) > 1
