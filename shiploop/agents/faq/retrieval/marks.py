"""What a page or a section says of itself: removed, deprecated, experimental, not released yet.

Looked for where it is said of the whole: in the front matter, in the heading, and in the first
blocks below it. There it may be a badge, a line that begins with the word, or a sentence about what
the heading names: in a box or a quotation "This is …" is that too. Lists, tables and tips mostly
speak of something else, and a page about deprecating uses the words for what it explains.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from shiploop.agents.faq.retrieval.front_matter import FrontMatter, read_front_matter
from shiploop.agents.faq.retrieval.terms import content_terms
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
    rf"{_IS}deprecated\b|\bdeprecated (?:in|since|as of|and|by)\b"
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
_MOST_IN_BADGE: Final = 2  # words; what is longer tells what a picture shows
_LABEL: Final = re.compile(
    r"(?<!abbr )\b(?:text|label|status|type|title)=[\"']([^\"'<>\n]{1,60})[\"']"
)
_UNRELEASED: Final = re.compile(
    r"\bunreleased\b|\bnot (?:yet )?(?:been )?released\b|\bnot yet available\b|\bcoming soon\b"
    r"|\bmarked as draft\b|未リリース|尚未[发發][布佈]",
    re.IGNORECASE,
)
_FENCE: Final = re.compile(r"^[ \t>]*(?:`{3}|~{3})", re.MULTILINE)
_TITLE_LINE: Final = re.compile(
    r"^([ \t>]*(?:::|///|!!!|\?\?\?)[^\n]*|[ \t>]*\[![^\n]*)\n", re.MULTILINE
)
_TIP: Final = re.compile(
    r"^[ \t]*(:{2,6}|///)[ \t]*\{?(?:tip|hint|example|seealso)\b.{0,1500}?"
    r"(?:^[ \t]*\1[ \t]*$|\Z)"
    r"|^(?:!!!|\?\?\?\+?) (?:tip|hint|example|seealso)\b[^\n]*\n(?:[ \t][^\n]*\n|\n)*"
    r"|^[ \t]*>[ \t]*(?:\[!(?:tip|hint)\]|💡|\**(?:tip|hint)\b)[^\n]*(?:\n[ \t]*>[^\n]*)*",
    re.MULTILINE | re.DOTALL | re.IGNORECASE,
)
_LIST_OR_TABLE: Final = re.compile(
    r"^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]|\|)[^\n]*(?:\n(?![ \t]*(?:\n|:::|///))[^\n]+)*",
    re.MULTILINE,
)
_BOX: Final = re.compile(r"[ \t]{0,40}(?:::|///|!!!|\?\?\?|<[A-Z][^<>]{0,500}>)")
_BOX_ENDS: Final = re.compile(r"^[ \t]*(?::{2,6}[ \t]*$|///[ \t]*$|</[A-Z])", re.MULTILINE)
_INDENTED_BOX: Final = ("!!!", "???")
_QUOTED: Final = re.compile(r"[ \t]{0,40}(?:>|[*_]{0,2}(?:⚠|🚧|🚨))")
_MARKUP: Final = re.compile(
    r"!\[[^\[\]\n]*\]|^[ \t]*(?:>[ \t]?)+|^[ \t]*::[\w-]*(?:\{[^{}\n]*\})?|[*`]|(?<![^\W_])_+"
    r"|_+(?![^\W_])",
    re.MULTILINE,
)
# "Deprecated: use b", "Removed in 2.0", and not "Deprecated options are kept".
_BEGINS: Final = re.compile(
    rf"(?:{_WORDS})(?:\s*(?:[:：.,;!。，！—–-]|$)|\s+(?:in|since|as of|and|by|from|with|feature"
    r"|seit|depuis|dans|desde|en)\b)",
    re.IGNORECASE,
)
_THIS: Final = (
    r"(?:this|these)(?: \w+)? (?:features?|page|section|api|apis|function|method|option|setting"
    r"|command|component|hook|module|package|plugin|flag|guide|document|documentation|directive"
    r"|property|parameter|backend|remote|endpoint|class|syntax|tool|integration|support|behaviou?r"
    r"|functionality|version|chapter)\b"
    r"|(?:diese[rsm]?|ce|cet|cette|ces|est[ae]s?|quest[aoie]|deze|dit) (?!est\b|ist\b|es\b|is\b)\w"
    r"|この|本機能|[该該此本这這]|이 "
)
_OF_A_PART: Final = re.compile(
    r"\b(?:this|these)(?: \w+)? (?:flags?|arguments?|parameters?|keys?|fields?|endpoints?)\b",
    re.IGNORECASE,
)
_BEFORE_SUBJECT: Final = r"(?:\W{0,20}(?:(?:note|nb)\W{1,20})?|.{1,40}\bthat |.{1,40}, )"
_THIS_THING: Final = re.compile(rf"{_BEFORE_SUBJECT}(?:{_THIS})", re.IGNORECASE)
# In the first sentence of a box nobody doubts what "it" is.
_IT: Final = re.compile(
    rf"{_BEFORE_SUBJECT}(?:{_THIS}|(?:it|this|these|they|dies|es|sie|il|elle|c'est|esto)\b|これ)",
    re.IGNORECASE,
)
_SAYS_MORE: Final = re.compile(
    r"\b(?:when|if|that|which|because|while|after|the(?= $))", re.IGNORECASE
)
_MOST_BETWEEN: Final = 5  # words between a subject and what is said of it
_ABOUT_THAT: Final = re.compile(
    r"\bdeprecat(?:e|es|ing|ion|ions)\b|\bremov(?:e|es|ing|al|als)\b|\bdeprecate?n\b|\bdépréci(?:er|ation)\b"
    r"|\bdescontinua(?:r|ndo)\b|\bdesaprobar\b|非推奨(?:に|化)|弃用(?!）)|废弃(?!）)",
    re.IGNORECASE,
)
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])[\"')]*\s+|(?<=[。！？])|\n[ \t]*\n")
_AROUND: Final = " .,:;!?()[]|/–—。：！（）【】"
_STATE_KEYS: Final = ("deprecated", "removed", "experimental", "unreleased", "obsolete", "draft")
_VALUE_KEYS: Final = ("status", "state", "stability", "badge", "sidebar_badge", "lifecycle")


def may_be_marked(text: str) -> bool:
    """Tell whether a text holds a word that marks are made of: none is found without one."""
    folded = text.lower()
    return any(stem in folded for stem in (_ASCII_STEMS if folded.isascii() else _STEMS))


def is_of_all(mark: str) -> bool:
    """Tell whether a mark is of what stands below a heading as well, and not of a part of it."""
    return _OF_A_PART.search(mark) is None


def marks_of_page(front_matter: FrontMatter) -> tuple[str, ...]:
    """What the front matter says, as sentences."""
    values = front_matter.values
    states = [key for key in _STATE_KEYS if front_matter.says(key)]
    states += [values[key].lower() for key in _VALUE_KEYS if _WORD.search(values.get(key, ""))]
    return tuple(f"This page is marked as {state[:_LONGEST]}." for state in states)


def marks_of_section(heading: str, text: str, title: str = "") -> tuple[str, ...]:
    """What a heading and the first blocks below it say of all that stands below the heading.

    `title` is that of the page.
    """
    head = text[:_HEAD_CHARACTERS]
    if not may_be_marked(f"{heading}\n{head}"):
        return ()
    said = [heading] if _IN_HEADING.search(heading) else []
    if not _ABOUT_THAT.search(f"{heading}\n{title}"):
        said += _badges(head)
        said += _sentences((heading, title), head)
    return tuple(dict.fromkeys(said))


def is_page_unreleased(text: str) -> bool:
    """Tell whether a page says in its head that what it is about cannot be had yet."""
    front_matter = read_front_matter(text)
    head = text[front_matter.end : front_matter.end + _HEAD_CHARACTERS]
    marks = (*marks_of_page(front_matter), *marks_of_section("", head))
    return any(_UNRELEASED.search(mark) for mark in marks)


def _badges(head: str) -> Iterator[str]:
    for label in (*_IMAGE.findall(head), *_LABEL.findall(head)):
        words = label.strip(_AROUND).lower().split()
        is_short = len(words) <= _MOST_IN_BADGE and words != ["preview"]
        if _WORD.search(label) and is_short:
            yield f"{label.strip()}."


def _sentences(headings: tuple[str, ...], head: str) -> Iterator[str]:
    named = [terms for heading in headings if (terms := _terms_of_heading(heading))]
    for block, boxed in _blocks(head):
        sentences = _SENTENCE_END.split(_MARKUP.sub("", visible_text(block)))
        for number, sentence in enumerate(sentences):
            said = " ".join(sentence.split()).strip("\"'| ")
            this = _IT if boxed and not number else _THIS_THING
            if may_be_marked(said) and _is_mark(said, this, named):
                yield said[:_LONGEST]


def _terms_of_heading(heading: str) -> frozenset[str]:
    return frozenset(content_terms(re.split(r"[(<]", heading, maxsplit=1)[0]))


def _blocks(head: str) -> Iterator[tuple[str, bool]]:
    """The first blocks without tips, lists and tables; each with whether it is in a box."""
    fence = _FENCE.search(head)
    text = _LIST_OR_TABLE.sub("", _TIP.sub("", head[: fence.start() if fence else None]))
    box = ""
    for block in _TITLE_LINE.sub(r"\1\n\n", text).split("\n\n")[:_HEAD_BLOCKS]:
        if opening := _BOX.match(block):
            box = opening[0].strip()
        elif box in _INDENTED_BOX and not block.startswith((" ", "\t")):
            box = ""
        yield block, bool(box) or _QUOTED.match(block) is not None
        if _BOX_ENDS.search(block):
            box = ""


def _is_mark(said: str, this: re.Pattern[str], named: Sequence[frozenset[str]]) -> bool:
    """Tell whether a sentence says it, and of what a heading names or "this" is."""
    if _WORD.fullmatch(said.strip(_AROUND)) or _BEGINS.match(said):
        return True
    if (state := _STATES.search(said)) is None:
        return False
    if subject := this.match(said):
        between = said[subject.end() : state.start()]
        return len(between.split()) <= _MOST_BETWEEN and not _SAYS_MORE.search(between)
    before = said[: state.start()]
    if "[" in before or _SAYS_MORE.search(before):
        return False
    terms, length = frozenset(content_terms(before)), len(before.split())
    return any(each <= terms and length <= len(each) + _MOST_BETWEEN for each in named)
