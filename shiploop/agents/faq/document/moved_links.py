"""Links of an answer as they have to be written where its file stands.

An answer is drafted for a file in `docs/`, and read back as it was drafted.
"""

import posixpath
import re
from functools import lru_cache
from typing import Final

from shiploop.agents.faq.document.faq_files import FAQ_PATH

_FOLDER: Final = posixpath.dirname(FAQ_PATH)
_FENCE: Final = re.compile(r"\A[ >]*(?:(?:[-*+]|\d{1,9}[.)])[ ]+)?(`{3,}|~{3,})")
# Code is passed over, and what leads to another host, to the root of the site or to the same page.
_LINK: Final = re.compile(r"(`[^`]*`|\\.)|(?<=\]\()(?![a-z][a-z0-9+.-]*:|/|#)([^()\s]+)(?=\))")
_ANSWERS_REMEMBERED: Final = 4096


@lru_cache(_ANSWERS_REMEMBERED)
def links_from(answer: str, path: str) -> str:
    """An answer as it was drafted, with its links as they lead from the file at `path`."""
    return _moved(answer, _FOLDER, posixpath.dirname(path))


@lru_cache(_ANSWERS_REMEMBERED)
def links_as_drafted(answer: str, path: str) -> str:
    """The answer of the file at `path`, with its links as they were drafted."""
    return _moved(answer, posixpath.dirname(path), _FOLDER)


def _moved(answer: str, start: str, end: str) -> str:
    if start == end:
        return answer
    lines, fence = answer.split("\n"), ""
    for number, line in enumerate(lines):
        marks = _FENCE.match(line)
        if marks and not fence:
            fence = marks[1]
        elif marks and marks[1].startswith(fence):
            fence = ""
        elif not fence:
            lines[number] = _LINK.sub(lambda link: _destination(link, start, end), line)
    return "\n".join(lines)


def _destination(link: re.Match[str], start: str, end: str) -> str:
    if link[1]:
        return link[1]
    page, mark, anchor = link[2].partition("#")
    target = posixpath.normpath(posixpath.join(start, page))
    return f"{posixpath.relpath(target, end or '.')}{mark}{anchor}"
