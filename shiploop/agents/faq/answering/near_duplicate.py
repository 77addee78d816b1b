"""An entry of the FAQ that answers a question already, asked in other words: told by the words.

A wrong guess keeps somebody from an answer, a missed one costs an entry too many. So two
questions are one only when they ask for the same kind of thing (how, when, who …) and their
terms are the same, but for slips, synonyms and words that say little. Where both answers are
from the same section, the words of its titles say little, too. Chinese, Japanese and Korean
have no words between spaces: there most pairs of characters have to be the same.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from shiploop.agents.faq.answering.answer import Answer, Unanswered
from shiploop.agents.faq.answering.question_kind import Kind, asks_twice, kind_of
from shiploop.agents.faq.document.blocks import find_blocks, take_apart
from shiploop.agents.faq.document.document import entries, entry_id
from shiploop.agents.faq.document.lines import Lines
from shiploop.agents.faq.document.questions import answers_to, each_question, read_questions
from shiploop.agents.faq.document.remembered import remembered
from shiploop.agents.faq.question import question_hash
from shiploop.agents.faq.retrieval.sections import split_sections
from shiploop.agents.faq.retrieval.spelling import KnownWords, corrected, known_words
from shiploop.agents.faq.retrieval.stop_words import FILLERS
from shiploop.agents.faq.retrieval.synonyms import meanings

_FILLERS: Final = frozenset(meanings(FILLERS))
_OF_DURATION: Final = frozenset(meanings("long much time wait until seconds minutes hours days"))
# Of pairs of characters: two that ask in other words share fewer than two that say the same.
_ALIKE: Final = 0.8
_ALIKE_FROM_ONE_SECTION: Final = 0.5
_QUESTIONS_REMEMBERED: Final = 4096  # a FAQ changes by one entry at a time


@dataclass(frozen=True, slots=True)
class Existing:
    """An entry of the FAQ: its question, its answer, and where it stands on the page."""

    question: str
    answer: str
    anchor: str


@dataclass(frozen=True, slots=True)
class _Asked:
    kind: Kind
    terms: frozenset[str]

    @property
    def in_words(self) -> bool:
        return all(term.isascii() for term in self.terms)


def find_duplicate(question: str, answer: Answer | Unanswered, document: str) -> Existing | None:
    """Return the entry of an FAQ, ours or a person's, that answers this question already.

    None when there is none, and when the very same question is there: that entry is replaced.
    """
    same = question_hash(question)
    if any(entry.question_hash == same for entry in entries(document)):
        return None
    existing, words = _existing(document)
    if (found := existing.get(same)) is not None:
        return found
    if asks_twice(question):
        return None
    asked = _asked(corrected(question, words))
    others = (entry for entry in existing.values() if not asks_twice(entry.question))
    return next((entry for entry in others if _is_same(asked, answer, entry)), None)


@remembered
def _existing(document: str) -> tuple[Mapping[str, Existing], KnownWords]:
    """The entries that one may repeat, by their hash, and the words of their questions."""
    ours = (Existing(entry.question, entry.answer, entry_id(entry)) for entry in entries(document))
    existing: dict[str, Existing] = {}
    for entry in (*ours, *_written_by_people(document.removeprefix("\ufeff"))):
        existing.setdefault(question_hash(entry.question), entry)
    return existing, known_words(entry.question for entry in existing.values())


def _written_by_people(body: str) -> Iterator[Existing]:
    """Every heading with a text below it, and every question in whatever shape."""
    text = take_apart(body, find_blocks(body)).text
    lines = Lines.of(text)
    sections = {section.start_line - 1: section for section in split_sections("", text)}
    written, anchor = read_questions(lines), ""
    for each, below in zip(written, answers_to(written, lines.lines), strict=True):
        section = sections.get(each.first_line) if each.level else None
        anchor = section.anchor if section else anchor
        answer = section.text if section else below
        # The answer to a heading may stand below further ones, which tell what it is about.
        if answer.strip() or each.asks:
            # Two questions in one are asked by themselves, or as they stand.
            for question in dict.fromkeys((*each_question(each.text), each.text)):
                yield Existing(question, answer, anchor)


@lru_cache(_QUESTIONS_REMEMBERED)
def _asked(question: str) -> _Asked:
    kind = kind_of(question)
    terms = frozenset(meanings(question))
    little = _FILLERS | (_OF_DURATION if kind is Kind.DURATION else frozenset())
    return _Asked(kind, terms - little or terms)


def _is_same(asked: _Asked, answer: Answer | Unanswered, entry: Existing) -> bool:
    present = _asked(entry.question)
    if not asked.terms & present.terms or not _same_kind(asked.kind, present.kind):
        return False
    titles = _shared_titles(answer, entry)
    if asked.in_words or present.in_words:
        # With a word less a question is broader, with another one it is about something else.
        return present.terms <= asked.terms <= present.terms | (titles or frozenset())
    shared = len(asked.terms & present.terms)
    alike = 2 * shared / (len(asked.terms) + len(present.terms))
    return alike >= (_ALIKE if titles is None else _ALIKE_FROM_ONE_SECTION)


def _same_kind(one: Kind, other: Kind) -> bool:
    return one is other or Kind.OPEN in (one, other)


def _shared_titles(answer: Answer | Unanswered, entry: Existing) -> frozenset[str] | None:
    """The terms of the section's titles that both answers name as their source, if they do."""
    if isinstance(answer, Unanswered):
        return None
    source = answer.text.rpartition("\n\n")[2]
    if entry.answer.rstrip().rpartition("\n\n")[2] != source:
        return None
    return frozenset(term for source in answer.sources for term in meanings(source.title))
