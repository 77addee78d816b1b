"""An answer to a question from the documentation alone: a quotation and where it is from."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from markdown_it import MarkdownIt

from shiploop.agents.faq.answering.quotation import Piece, quotable_pieces, relative_link
from shiploop.agents.faq.document.document import FAQ_PATH
from shiploop.agents.faq.question import heading_text
from shiploop.agents.faq.retrieval.language import Language, language_of, understands
from shiploop.agents.faq.retrieval.sections import Hit, Section
from shiploop.agents.faq.retrieval.synonyms import meanings
from shiploop.domain.delivery.change import Source
from shiploop.domain.limits import MAX_ANSWER_WORDS

# Below this share of the question's terms a section speaks of something else.
MIN_COVERAGE: Final = 0.5
# Of two terms one alone is a chance: "delete" and "account" may stand in two places.
_FEW_TERMS: Final = 2
_MIN_COVERAGE_OF_FEW: Final = 0.6
_MARKDOWN: Final = MarkdownIt("commonmark")
_LEADS_IN: Final = (":", "：")
_WORDS_PER_CJK_CHARACTER: Final = 0.5
_CJK: Final = re.compile(r"[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")


Generator = Literal["extractive", "model"]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in Markdown, its last line naming the sources."""

    text: str
    sources: tuple[Source, ...]
    generator: Generator


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The documentation does not answer the question; `closest` is what comes nearest."""

    closest: tuple[Source, ...]


def plain_texts(markdown: str) -> tuple[str, ...]:
    """What a reader sees of a text, without its markup: each paragraph, item, cell and code."""
    shown = (token.children or (token,) for token in _MARKDOWN.parse(markdown))
    texts = (" ".join(piece.content for piece in pieces if piece.content) for pieces in shown)
    return tuple(text for text in texts if text)


def compose_extractive_answer(
    question: str, hits: Sequence[Hit], allowed_hosts: frozenset[str] = frozenset()
) -> Answer | Unanswered:
    """Quote what the best section says to the question: whole sentences, at most 100 words.

    Two Chinese, Japanese or Korean characters count as a word. Of a link out of the repository
    only the words are kept, unless its host is allowed. Unanswered when no section covers enough
    of the question in its language, or none has text to quote.
    """
    terms = frozenset(meanings(question))
    enough = _MIN_COVERAGE_OF_FEW if len(terms) <= _FEW_TERMS else MIN_COVERAGE
    language = language_of(question)
    for hit in hits:
        if hit.coverage < enough or not _readable(hit.section, language):
            continue
        quotation = _quotation(quotable_pieces(hit.section, FAQ_PATH, allowed_hosts), terms)
        if quotation:
            source = source_of(hit.section)
            return Answer(with_sources(quotation, (source,)), (source,), "extractive")
    return Unanswered(tuple(source_of(hit.section) for hit in hits))


def _readable(section: Section, language: Language) -> bool:
    """Tell whether a section is in the language of the question, so that it can be quoted."""
    text = "\n".join((*section.heading_path, section.text))
    return understands(language, language_of(text))


def with_sources(text: str, sources: Sequence[Source]) -> str:
    """Put the line below a text that links its sources from the FAQ."""
    return f"{text}\n\nSource: {cite(sources)}"


def cite(sources: Iterable[Source]) -> str:
    """Link sources from the FAQ, in a line."""
    return ", ".join(
        f"[{heading_text(each.title)}]({relative_link(each.path, each.anchor, FAQ_PATH)})"
        for each in sources
    )


def source_of(section: Section) -> Source:
    """Name a section as an answer cites it."""
    titles = dict.fromkeys((section.heading_path or (section.path,))[i] for i in (0, -1))
    return Source(section.path, section.anchor, " › ".join(titles))


def _quotation(pieces: Sequence[Piece], terms: frozenset[str]) -> str:
    """Take the piece that says most, and those after it as long as they fit."""
    if not pieces:
        return ""
    start = max(range(len(pieces)), key=lambda i: (_matches(pieces[i].markdown, terms), -i))
    if start and pieces[start - 1].markdown.endswith(_LEADS_IN):
        start -= 1
    quoted: list[str] = []
    words_left = float(MAX_ANSWER_WORDS)
    for piece in pieces[start:]:
        units = _relevant_rows(piece, terms) if piece.is_table else piece.units
        fitting = _fitting(units, words_left)
        if fitting:
            quoted.append("".join(fitting).strip("\n "))
        if len(fitting) < len(units):
            break
        words_left -= sum(map(count_words, fitting))
    return "\n\n".join(_without_lead_in(quoted))


def _relevant_rows(table: Piece, terms: frozenset[str]) -> tuple[str, ...]:
    relevant = tuple(row for row in table.units if _matches(row, terms))
    return relevant or table.units


def _fitting(units: Sequence[str], words_left: float) -> tuple[str, ...]:
    fitting = []
    for unit in units:
        words_left -= count_words(unit)
        if words_left < 0:
            break
        fitting.append(unit)
    return tuple(fitting)


def _without_lead_in(quoted: list[str]) -> list[str]:
    """Drop a last paragraph that announces what is no longer quoted."""
    return quoted[:-1] if quoted and quoted[-1].endswith(_LEADS_IN) else quoted


def _matches(text: str, terms: frozenset[str]) -> int:
    return len(terms.intersection(meanings(text)))


def count_words(text: str) -> float:
    """Count what has a letter or a digit in it; two characters of CJK are one word."""
    spaced, characters = _CJK.subn(" ", text)
    words = sum(any(c.isalnum() for c in word) for word in spaced.split())
    return words + characters * _WORDS_PER_CJK_CHARACTER
