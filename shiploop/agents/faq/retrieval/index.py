"""A full-text index over the sections of a repository's documentation, in memory."""

import math
import sqlite3
import threading
import weakref
from collections.abc import Iterable, Mapping
from typing import Final

from shiploop.agents.faq.retrieval.language import Language, language_of, understands
from shiploop.agents.faq.retrieval.query import telling, weights
from shiploop.agents.faq.retrieval.sections import Hit, Section, read_page
from shiploop.agents.faq.retrieval.spelling import corrected, known_words
from shiploop.agents.faq.retrieval.synonyms import meanings
from shiploop.domain.limits import MAX_QUESTION_TERMS, MAX_SECTIONS, LeftOut

__all__ = ["DocsIndex", "Hit"]

_CANDIDATES: Final = 25
# A page begins with what it is about.
_INTRODUCTION_FACTOR: Final = 1.25
# What the reader may not understand comes after what says the same in the question's language.
_FOREIGN_FACTOR: Final = 0.3


class DocsIndex:
    """Finds the sections that speak of a question's terms; may be searched by many threads.

    SQLite's FTS5 ranks them with its bm25() (https://www.sqlite.org/fts5.html#the_bm25_function)
    over terms prepared by `meanings`. A score grows with the share of the question that
    the section covers, and again with the share that its own heading does.
    """

    def __init__(self, pages: Mapping[str, str]) -> None:
        """Index Markdown pages: path in the repository to text."""
        self._sections, self.left_out = _read(pages)
        self._heading_terms = [
            frozenset(meanings(" ".join(section.heading_path[-1:]))) for section in self._sections
        ]
        self._languages = [
            language_of("\n".join((*section.heading_path, section.text)))
            for section in self._sections
        ]
        self._words = known_words(pages.values())
        self._lock = threading.Lock()
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        # With the last who searches: nobody else knows when that is.
        weakref.finalize(self, self._database.close)
        self._database.execute(
            "CREATE VIRTUAL TABLE sections USING fts5("
            "terms, tokenize = 'unicode61 remove_diacritics 0')"
        )
        self._database.execute("CREATE VIRTUAL TABLE vocabulary USING fts5vocab(sections, row)")
        self._database.executemany(
            "INSERT INTO sections (rowid, terms) VALUES (?, ?)",
            ((number, _indexed(section)) for number, section in enumerate(self._sections)),
        )

    @property
    def sections(self) -> tuple[Section, ...]:
        """All sections, in the order of their pages."""
        return tuple(self._sections)

    def section(self, path: str, anchor: str) -> Section | None:
        """The section that a link to this page and anchor leads to."""
        wanted = (path, anchor)
        return next((each for each in self._sections if (each.path, each.anchor) == wanted), None)

    def search(self, question: str, limit: int = 3) -> tuple[Hit, ...]:
        """Return the best sections for a question, best first; none when no term is known."""
        asked, language = corrected(question, self._words), language_of(question)
        terms = tuple(dict.fromkeys(meanings(asked)))[:MAX_QUESTION_TERMS]
        if not terms:
            return ()
        with self._lock:
            having = {term: self._count_sections_with(term) for term in terms}
            candidates = self._candidates(telling(terms))
            found = {term: self._those_with(term, candidates) for term in terms if having[term]}
        known = frozenset(found)
        weighed = weights(asked, known, lambda term: self._rarity(having.get(term, 0)))
        hits = [self._hit(number, bm25, found, weighed, language) for number, bm25 in candidates]
        return tuple(sorted(hits, key=lambda hit: -hit.score)[:limit])

    def _hit(
        self,
        number: int,
        bm25: float,
        found: Mapping[str, set[int]],
        weighed: Mapping[str, float],
        language: Language,
    ) -> Hit:
        section, heading_terms = self._sections[number], self._heading_terms[number]
        total = sum(weighed.values()) or 1.0
        coverage = (
            sum(weight for t, weight in weighed.items() if number in found.get(t, ())) / total
        )
        named = sum(weight for t, weight in weighed.items() if t in heading_terms)
        factor = _INTRODUCTION_FACTOR if len(section.heading_path) <= 1 else 1.0
        if not understands(language, self._languages[number]):
            factor *= _FOREIGN_FACTOR
        return Hit(section, bm25 * coverage * (1 + named / total) * factor, coverage)

    def _count_sections_with(self, term: str) -> int:
        rows = self._database.execute("SELECT doc FROM vocabulary WHERE term = ?", (term,))
        return next((int(count) for (count,) in rows), 0)

    def _those_with(self, term: str, candidates: Iterable[tuple[int, float]]) -> set[int]:
        numbers = ", ".join(str(number) for number, _ in candidates)
        rows = self._database.execute(
            f"SELECT rowid FROM sections WHERE sections MATCH ? AND rowid IN ({numbers})",  # noqa: S608 - integers of our own
            (_quoted(term),),
        )
        return {number for (number,) in rows}

    def _candidates(self, terms: Iterable[str]) -> list[tuple[int, float]]:
        # bm25() is negative, the best match having the least value.
        return self._database.execute(
            "SELECT rowid, -bm25(sections) AS score FROM sections WHERE sections MATCH ?"
            " ORDER BY score DESC, rowid LIMIT ?",
            (" OR ".join(map(_quoted, terms)), _CANDIDATES),
        ).fetchall()

    def _rarity(self, sections_with_term: int) -> float:
        """Inverse document frequency, as in BM25, never negative."""
        absent = len(self._sections) - sections_with_term
        return math.log(1 + (absent + 0.5) / (sections_with_term + 0.5))


def _read(pages: Mapping[str, str]) -> tuple[list[Section], tuple[LeftOut, ...]]:
    sections: list[Section] = []
    left_out: list[LeftOut] = []
    for path in sorted(pages):
        page = read_page(path, pages[path])
        left_out += page.left_out
        if len(sections) + len(page.sections) > MAX_SECTIONS:
            left_out.append(LeftOut(path, f"there are more than {MAX_SECTIONS} sections"))
        else:
            sections += page.sections
    return sections, tuple(left_out)


def _indexed(section: Section) -> str:
    return " ".join(meanings("\n".join((*section.heading_path, section.text))))


def _quoted(term: str) -> str:
    return f'"{term}"'
