"""What a page or a section says of itself: removed, deprecated, experimental, not released yet.

Looked for where it is said of the whole: in the front matter, in the heading, and in the first
blocks below it. There it may be a quotation, an admonition, a badge, or a plain sentence.
"""

import re
from collections.abc import Iterator
from typing import Final

from shiploop.agents.faq.retrieval.front_matter import FrontMatter, read_front_matter
from shiploop.agents.faq.retrieval.visible import visible_text

_HEAD_CHARACTERS: Final = 1_200
_HEAD_BLOCKS: Final = 4
_LONGEST: Final = 240  # characters of a mark
# A text without any of these has no mark; told some hundred times as fast as by the patterns.
_STEMS: Final = (
    *("deprecat", "removed", "experiment", "released", "beta", "alpha", "preview", "obsol"),
    *("no longer", "unstable", "end of life", "end-of-life", "unmaintained", "discontinued"),
    *(
        "coming soon",
        "in progress",
        "legacy",
        "draft",
        "veraltet",
        "entfernt",
        "dépréci",
        "expériment",
    ),
    *("supprimé", "desuso", "descontinuad", "deprecad", "sperimental", "verouderd", "depreciad"),
    *("非推奨", "廃止", "削除され", "実験的", "未リリース", "弃用", "棄用", "废弃", "廢棄", "移除"),
    *("实验", "實驗", "尚未", "사용되지", "사용하지", "지원 중단", "실험적"),
)
_ASCII_STEMS: Final = tuple(stem for stem in _STEMS if stem.isascii())
_IS: Final = (
    r"(?:^|\b(?:is|are|was|were|been|be|still|now|as|considered|currently|an?|this|these) )"
)
_STATES: Final = re.compile(
    rf"{_IS}deprecated\b|\bdeprecated (?:in|since|as of|and|by)\b|\bdeprecation\b"
    r"|\bremoved (?:in|since|as of|from|with) (?:the )?(?:version |release |v)?\d"
    r"|\bremoved in (?:an?|the) (?:future|next|upcoming|later)\b"
    rf"|{_IS}(?:highly )?(?:experimental|unreleased|obsolete|discontinued|unmaintained|unstable)\b"
    r"|\b(?:is|are) no longer (?:supported|maintained|available|recommended|developed)\b"
    r"|\bend[- ]of[- ]life\b|\bcoming soon\b|\bwork in progress\b"
    r"|\b(?:not (?:yet (?:been )?|been )|hasn't been )released\b|\bnot yet available\b"
    r"|\bin (?:closed |open |public |private |technical |early )?(?:alpha|beta|preview)\b"
    r"|\b(?:alpha|beta|preview|experimental|unstable)[- ](?:feature|release|version|stage|only)s?\b"
    r"|\bveraltet\b|\b(?:wurde|wird|werden|wurden)\b.{0,40}\bentfernt\b|\bexperimentell\b"
    r"|\bobsolète\b|\bdépréciée?s?\b|\bexpérimenta(?:le?s?|ux)\b|\bsupprimée?s? (?:dans|depuis)\b"
    r"|\b(?:está|están) obsolet[oa]s?\b|\ben desuso\b|\bdescontinuad[oa]s?\b|\bdeprecad[oa]s?\b"
    r"|\bsperimental[ei]\b|\bverouderd\b|\bdepreciad[oa]s?\b|\bes experimental\b"
    r"|非推奨|廃止(?:され|予定|済)|(?:で|に)削除され(?:た|ました)|実験的|未リリース"
    r"|已[弃棄]用|已[废廢][弃棄]|已(?:被)?移除|[实實][验驗]性|尚未[发發][布佈]"
    r"|더 이상 사용(?:되지|하지)|지원 중단|실험적",
    re.IGNORECASE,
)
_WORDS: Final = (
    "deprecated|removed|experimental|unreleased|obsolete|unstable|beta|alpha|preview|coming soon"
    "|legacy|veraltet|entfernt|obsolète|obsoleto|非推奨|廃止|実験的|已弃用|已棄用|已废弃|已廢棄|已移除"
)
_WORD: Final = re.compile(rf"(?<![^\W_])(?:{_WORDS})(?![^\W_])", re.IGNORECASE)
_IN_HEADING: Final = re.compile(
    rf"[(\[{{（【][^()\[\]（）【】]{{0,40}}?(?:{_WORDS})[^()\[\]（）【】]{{0,40}}[)\]}}）】]"
    rf"|^(?:{_WORDS})\s*[:：]",
    re.IGNORECASE,
)
_IMAGE: Final = re.compile(r"!\[([^\[\]\n]{1,60})\]\(")
_LABEL: Final = re.compile(r"\b(?:text|label|status|type|title)=[\"']([^\"'<>\n]{1,60})[\"']")
_UNRELEASED: Final = re.compile(
    r"\bunreleased\b|\bnot (?:yet )?(?:been )?released\b|\bnot yet available\b|\bcoming soon\b"
    r"|\bmarked as draft\b|未リリース|尚未[发發][布佈]",
    re.IGNORECASE,
)
_FENCE: Final = re.compile(r"^[ \t>]*(?:`{3}|~{3})", re.MULTILINE)
_TITLE_LINE: Final = re.compile(
    r"^([ \t>]*(?::::|///|!!!|\?\?\?)[^\n]*|[ \t>]*\[![^\n]*)\n", re.MULTILINE
)
_MARKUP: Final = re.compile(
    r"!\[[^\[\]\n]*\]|^[ \t]*(?:>[ \t]?)+"
    r"|^[ \t]*(?:[-*+]|\d+[.)])[ \t]+|[*`]|(?<![^\W_])_+|_+(?![^\W_])",
    re.MULTILINE,
)
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])[\"')]*\s+|(?<=[。！？])|\n[ \t]*\n")
_AROUND: Final = " .,:;!?()[]|/–—。：！（）【】"
_STATE_KEYS: Final = ("deprecated", "removed", "experimental", "unreleased", "obsolete", "draft")
_VALUE_KEYS: Final = ("status", "state", "stability", "badge", "sidebar_badge", "lifecycle")


def may_be_marked(text: str) -> bool:
    """Tell whether a text holds a word that marks are made of: none is found without one."""
    folded = text.lower()
    return any(stem in folded for stem in (_ASCII_STEMS if folded.isascii() else _STEMS))


def marks_of_page(front_matter: FrontMatter) -> tuple[str, ...]:
    """What the front matter says, as sentences."""
    values = front_matter.values
    states = [key for key in _STATE_KEYS if front_matter.says(key)]
    states += [values[key].lower() for key in _VALUE_KEYS if _WORD.search(values.get(key, ""))]
    return tuple(f"This page is marked as {state[:_LONGEST]}." for state in states)


def marks_of_section(heading: str, text: str) -> tuple[str, ...]:
    """What a heading and the first blocks below it say of all that stands below the heading."""
    head = text[:_HEAD_CHARACTERS]
    if not may_be_marked(f"{heading}\n{head}"):
        return ()
    said = [heading] if _IN_HEADING.search(heading) else []
    said += _badges(head)
    said += _sentences(head)
    return tuple(dict.fromkeys(said))


def is_page_unreleased(text: str) -> bool:
    """Tell whether a page says in its head that what it is about cannot be had yet."""
    front_matter = read_front_matter(text)
    head = text[front_matter.end : front_matter.end + _HEAD_CHARACTERS]
    marks = (*marks_of_page(front_matter), *marks_of_section("", head))
    return any(_UNRELEASED.search(mark) for mark in marks)


def _badges(head: str) -> Iterator[str]:
    for label in (*_IMAGE.findall(head), *_LABEL.findall(head)):
        if _WORD.search(label):
            yield f"{label.strip()}."


def _sentences(head: str) -> Iterator[str]:
    fence = _FENCE.search(head)
    titled = _TITLE_LINE.sub(r"\1\n\n", head[: fence.start() if fence else None])
    blocks = "\n\n".join(titled.split("\n\n")[:_HEAD_BLOCKS])
    for sentence in _SENTENCE_END.split(_MARKUP.sub("", visible_text(blocks))):
        said = " ".join(sentence.split()).strip("\"'| ")
        if not may_be_marked(said):
            continue
        if _STATES.search(said) or _WORD.fullmatch(said.strip(_AROUND)):
            yield said[:_LONGEST]
