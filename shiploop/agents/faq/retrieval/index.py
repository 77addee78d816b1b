"""A full-text index over the sections of a repository's documentation, in memory."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, islice
from pathlib import PurePosixPath
from typing import Final

import numpy as np
from numpy.typing import NDArray

from shiploop.agents.faq.retrieval.keys import Families, TermCounter, keys_of
from shiploop.agents.faq.retrieval.language import Language, language_of, understands
from shiploop.agents.faq.retrieval.postings import GONE, Postings, Rows
from shiploop.agents.faq.retrieval.query import Term, terms_of, weights
from shiploop.agents.faq.retrieval.sections import Hit, Page, Section, read_page
from shiploop.agents.faq.retrieval.spelling import KnownWords, corrected
from shiploop.agents.faq.retrieval.terms import words
from shiploop.agents.faq.retrieval.visible import has_words, visible_text
from shiploop.domain.limits import MAX_SECTIONS, LeftOut

__all__ = ["DocsIndex", "Hit"]

_CANDIDATES: Final = 50
# A heading says more than a line of text: it is counted so many times.
_HEADING_TIMES: Final = 3
# What the reader may not understand comes after what says the same in the question's language.
_FOREIGN_FACTOR: Final = 0.1
# Of a word that a section has only another word of the same origin for: "deployment" for "deploy".
_NEAR: Final = 0.15
_COUNTED_TOGETHER: Final = 32  # pages, which are all held as text while their terms are counted
# In a handful of sections no word is rare, and what is said weighs no less than what is not.
_FEWEST_SECTIONS: Final = 50


@dataclass(frozen=True, slots=True)
class _Read:
    """A page as it was read, and of which text."""

    text: str
    page: Page
    language: Language


class DocsIndex:
    """Finds the sections that speak of a question's terms; may be searched by many threads.

    BM25 ranks them. A score grows with the share of the question that the section covers, and
    again with what its headings and its file are called. A section without a text is never
    found: what comes first below it stands for it, and has its heading beside its own.
    """

    def __init__(self, pages: Mapping[str, str], earlier: "DocsIndex | None" = None) -> None:
        """Index Markdown pages: path in the repository to text.

        `earlier`: an index of nearly the same pages. What has not changed is taken from it.
        """
        known = earlier._pages if earlier else {}
        self._pages: dict[str, _Read] = {}
        self._starts: dict[str, int] = {}
        self.left_out: tuple[LeftOut, ...] = ()
        count = 0
        for path in sorted(pages):
            read = _read(path, pages[path], known.get(path))
            self.left_out += read.page.left_out
            if count + len(read.page.sections) > MAX_SECTIONS:
                self.left_out += (LeftOut(path, f"there are more than {MAX_SECTIONS} sections"),)
                continue
            self._pages[path], self._starts[path] = read, count
            count += len(read.page.sections)
        self.sections = tuple(
            chain.from_iterable(read.page.sections for read in self._pages.values())
        )
        self._languages = frozenset(read.language for read in self._pages.values())
        fresh = [read for path, read in self._pages.items() if read is not known.get(path)]
        vocabulary: set[str] = set()
        counters = {
            language: TermCounter(language) for language in {each.language for each in fresh}
        }
        rows = Rows.joined(
            counters[language].count(list(map(_indexed, sections)), vocabulary)
            for language, sections in _together(fresh)
        )
        self._postings: Postings = (
            earlier._postings.replaced(self._kept(earlier), rows) if earlier else Postings.of(rows)
        )
        self._known: KnownWords = (earlier._known if earlier else KnownWords()).and_more(vocabulary)
        self._families: Families = _joined(
            earlier._families if earlier else {}, (each.families for each in counters.values())
        )

    def _kept(self, earlier: "DocsIndex") -> NDArray[np.int32]:
        """The numbers that the sections of an earlier index have in this one."""
        numbers = np.full(len(earlier.sections), GONE, np.int32)
        for path, read in self._pages.items():
            if read is earlier._pages.get(path):
                old, new, count = earlier._starts[path], self._starts[path], len(read.page.sections)
                numbers[old : old + count] = np.arange(new, new + count)
        return numbers

    def section(self, path: str, anchor: str) -> Section | None:
        """The section that a link to this page and anchor leads to."""
        read = self._pages.get(path)
        sections = read.page.sections if read else ()
        return next((section for section in sections if section.anchor == anchor), None)

    def without_slips(self, question: str) -> str:
        """The question with each word that no page has replaced by the known one it is meant for.

        The same where nothing looks like a slip of the keyboard.
        """
        return corrected(question, self._known, self._knows)

    def search(self, question: str, limit: int = 3) -> tuple[Hit, ...]:
        """Return the best sections for a question, best first; none when no term is known."""
        language = language_of(question, self._languages)
        asked = self.without_slips(question)
        terms = terms_of(asked, self._languages, language, self._knows)
        candidates, scores = self._candidates(terms)
        if not len(candidates):
            return ()
        known = frozenset(term for term in terms if self._count(term))
        weighed = weights(terms, known, lambda term: self._rarity(self._count(term)))
        coverage = self._coverage(weighed, candidates)
        ranked = []
        for number, score, covered in zip(candidates, scores, coverage, strict=True):
            section = self.sections[number]
            factor = self._named(int(number), weighed)
            if not understands(language, self._language_of(section)):
                factor *= _FOREIGN_FACTOR
            ranked.append(Hit(section, float(score * covered * factor), float(covered)))
        return tuple(_different(sorted(ranked, key=lambda hit: -hit.score)))[:limit]

    def _candidates(self, terms: Sequence[Term]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The numbers of the sections that BM25 ranks first, and its scores."""
        scores = np.zeros(len(self.sections), np.float32)
        for term in terms:
            rarity = self._rarity(self._count(term))
            for number in self._relatives(term):
                found = self._postings.sections_with(number)
                scores[found] += rarity * self._postings.weights(number)
        best = np.argsort(-scores, kind="stable")[:_CANDIDATES]
        best = best[scores[best] > 0]
        return best, scores[best]

    def _coverage(
        self, weighed: Mapping[Term, float], candidates: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """The share of the question that each of the candidates speaks of."""
        covered = np.zeros(len(candidates), np.float32)
        for term, weight in weighed.items():
            said = np.zeros(len(self.sections), np.float32)
            for number in self._relatives(term):
                said[self._postings.sections_with(number)] = _NEAR
            for key in term.keys:
                said[self._postings.sections_with(key.term)] = 1.0
            covered += weight * said[candidates]
        return covered / (sum(weighed.values()) or 1.0)

    def _named(self, number: int, weighed: Mapping[Term, float]) -> float:
        """1, and up to 5 the more the headings name the question, and the section's own are it."""
        section = self.sections[number]
        own = self._roots(section, self._own_headings(number))
        above = self._roots(section, (*section.heading_path[:-1], _file_name(section)))
        asked = frozenset().union(*(term.roots for term in weighed))
        shared = sum(not asked.isdisjoint(root) for root in own) / (len(own) or 1)
        return 1 + 2 * shared * _share(weighed, own) + 2 * _share(weighed, (*own, *above))

    def _roots(self, section: Section, headings: Iterable[str]) -> Sequence[frozenset[int]]:
        """What each word of some headings is made of."""
        language = self._language_of(section)
        found = words(" ".join(headings), language)
        return [frozenset(key.root for key in keys_of(each, (language,))) for each in found]

    def _own_headings(self, number: int) -> Iterator[str]:
        """A section's heading, and those above it that have no text before it."""
        section = self.sections[number]
        yield _heading(section)
        while number:
            number -= 1
            above = self.sections[number]
            depth = len(above.heading_path)
            is_above = (
                above.path == section.path and section.heading_path[:depth] == above.heading_path
            )
            if not is_above or not self._postings.holds_nothing(number):
                return
            yield from above.heading_path[-1:]

    def _language_of(self, section: Section) -> Language:
        return self._pages[section.path].language

    def _knows(self, word: str) -> bool:
        return any(self._count(term) for term in terms_of(word, self._languages))

    def _count(self, term: Term) -> int:
        """How many sections hold a term."""
        return sum(len(self._postings.sections_with(number)) for number in self._relatives(term))

    def _relatives(self, term: Term) -> frozenset[int]:
        return frozenset().union(*(key.relatives(self._families) for key in term.keys))

    def _rarity(self, sections_with_term: int) -> float:
        """Inverse document frequency, as in BM25, never negative."""
        absent = max(len(self.sections), _FEWEST_SECTIONS) - sections_with_term
        return math.log(1 + (absent + 0.5) / (sections_with_term + 0.5))


def _read(path: str, text: str, known: _Read | None) -> _Read:
    return (
        known
        if known and known.text == text
        else _Read(text, read_page(path, text), language_of(text))
    )


def _together(pages: Sequence[_Read]) -> Iterator[tuple[Language, Sequence[Section]]]:
    """The sections of some pages in one language at a time: counting a few costs as one does."""
    for language, alike in groupby(pages, key=lambda page: page.language):
        while some := list(islice(alike, _COUNTED_TOGETHER)):
            yield language, [section for read in some for section in read.page.sections]


def _joined(families: Families, more: Iterable[Mapping[int, set[int]]]) -> Families:
    joined = dict(families)
    for each in more:
        for root, terms in each.items():
            joined[root] = joined.get(root, frozenset()) | terms
    return joined


def _indexed(section: Section) -> str:
    """What a section is found by: nothing, where it has no text of its own."""
    text = visible_text(section.text)
    if not has_words(text):
        return ""
    return "\n".join((*section.heading_path[:-1], *[_heading(section)] * _HEADING_TIMES, text))


def _heading(section: Section) -> str:
    """Its heading; a page without one is called like its file."""
    return section.heading_path[-1] if section.heading_path else _file_name(section)


def _file_name(section: Section) -> str:
    return PurePosixPath(section.path).stem


def _share(weighed: Mapping[Term, float], roots: Iterable[frozenset[int]]) -> float:
    """The share of a question whose words are made of these."""
    said = frozenset().union(*roots)
    named = sum(weight for term, weight in weighed.items() if term.roots & said)
    return named / (sum(weighed.values()) or 1.0)


def _different(hits: Sequence[Hit]) -> Iterator[Hit]:
    """Of hits that say the same, the best."""
    seen = set()
    for hit in hits:
        said = (hit.section.heading_path[-1:], hit.section.text.strip())
        if said not in seen:
            seen.add(said)
            yield hit
