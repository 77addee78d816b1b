"""Nothing that GitHub, git or shiploop itself would act on, and nothing that hides."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from shiploop.agents.faq.gate.refusal import Refusal

_MENTION: Final = re.compile(r"(?<![\w.+/-])@\w")
# https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
_CLOSING: Final = re.compile(
    r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)\b\W{0,5}"
    r"(?:(?:[\w.-]{1,100}/[\w.-]{1,100})?#\d|gh-\d"
    r"|https?:?\W{0,4}[\w.-]{1,100}/[\w.-]{1,100}/[\w.-]{1,100}/(?:issues|pull)/\d)",
    re.IGNORECASE,
)
# https://docs.github.com/en/actions/how-tos/manage-workflow-runs/skip-workflow-runs
_ENGINES: Final = (
    r"(?:ci|cd|actions?|workflows?|checks?|tests?|builds?|deploy(?:ment)?s?|vercel|netlify|travis"
    r"|circle ?ci|appveyor|azure ?pipelines|azp|gitlab|render|cf|pages?|release)"
)
_SKIPPING: Final = re.compile(
    rf"\[\s*(?:skip|no)[\s_-]*{_ENGINES}\s*\]|\[\s*{_ENGINES}[\s_-]*skip\s*\]"
    r"|\bskip-checks\s*:\s*true|\*{3}\s*no_ci\s*\*{3}|\bci[.-]skip\b",
    re.IGNORECASE,
)
_OWN: Final = re.compile(
    r"<!\W{0,4}shiploop\b|\bshiploop:(?:entry|incident)\s+\S+-[0-9a-f]{8}\b"
    r"|\b(?:trace-id|rolls-back|re-applies|signature)\s*:\s*(?:v\d:)?[0-9a-f-]{8}",
    re.IGNORECASE,
)
# Shows nothing although Unicode does not call it a format character (see question.py), and
# the variation selectors, each of which can carry a hidden byte.
_BLANK: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\ufe00-\ufe0e"
    "\U000e0100-\U000e01ef]"
)
_HIDING: Final = frozenset({"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"})
# Marks heaped on one letter run over the lines around it.
_HEAP: Final = 4


def check_effects(seen: str, prose: str) -> Iterator[Refusal]:
    """Hold a text against what notifies, closes, skips and imitates.

    `prose` is the part of it that is not code: only there is an @ a mention.
    """
    if _MENTION.search(prose):
        yield Refusal.MENTION
    if _CLOSING.search(seen):
        yield Refusal.CLOSING_KEYWORD
    if _SKIPPING.search(seen):
        yield Refusal.SKIPPED_CHECKS
    if _OWN.search(seen):
        yield Refusal.OWN_MARKER


def check_visibility(text: str) -> Iterator[Refusal]:
    """All that is there can be seen, in the order in which it is written."""
    hidden = any(unicodedata.category(c) in _HIDING and c != "\t" for c in text)
    if hidden or _BLANK.search(text) or _has_heap(text):
        yield Refusal.INVISIBLE_CHARACTERS


def _has_heap(text: str) -> bool:
    height = 0
    for character in text:
        height = height + 1 if unicodedata.category(character) in ("Mn", "Me", "Mc") else 0
        if height >= _HEAP:
            return True
    return False
