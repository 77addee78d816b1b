"""Slips of the keyboard: a word that nobody knows is taken for the known one next to it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from shiploop.agents.faq.retrieval.terms import content_terms
from shiploop.domain.limits import (
    MAX_ALIKE_WORDS,
    MAX_CORRECTED_WORDS,
    MAX_KNOWN_WORDS,
    MAX_WORD_CHARACTERS,
)

_WORD: Final = re.compile(r"[A-Za-z]{4,}")
_SHORT: Final = 5  # letters: so short a word with another letter in it is another word
_LONG: Final = 8
_WORDS_REMEMBERED: Final = 8192


@dataclass(frozen=True, slots=True)
class KnownWords:
    """Words by what a slip mostly leaves as it is, first letter and length; and all their terms."""

    words: Mapping[tuple[str, int], tuple[str, ...]]
    terms: frozenset[str]

    def near(self, word: str) -> Iterator[tuple[int, str]]:
        """The known words that this may be, each with how many slips it takes."""
        allowed = _allowed(word)
        for length in range(len(word) - allowed, len(word) + allowed + 1):
            # Hardly anybody gets the first letter wrong.
            known = self.words.get((word[0], length), ())
            found = process.extract_iter(word, known, scorer=OSA.distance, score_cutoff=allowed)
            for other, distance, _ in found:
                if _may_be(word, other):
                    yield int(distance), other


def known_words(texts: Iterable[str]) -> KnownWords:
    """The words of some texts, and the terms that they are searched by."""
    words: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    terms: set[str] = set()
    for word in sorted(_words(texts)):
        if term := _term(word):
            terms.add(term)
            alike = words[word[0], len(word)]
            if len(alike) < MAX_ALIKE_WORDS:
                alike.append(word)
    return KnownWords({shape: tuple(each) for shape, each in words.items()}, frozenset(terms))


def corrected(question: str, known: KnownWords) -> str:
    """Replace each word of which no form is known by the nearest known one, if any is near."""
    left = MAX_CORRECTED_WORDS

    def replacement(match: re.Match[str]) -> str:
        nonlocal left
        word = match[0].casefold()
        own = _term(word)
        if not own or own in known.terms or len(word) > MAX_WORD_CHARACTERS or not left:
            return match[0]
        left -= 1
        return min(known.near(word), default=(0, match[0]))[1]

    return _WORD.sub(replacement, question)


def _words(texts: Iterable[str]) -> frozenset[str]:
    words: set[str] = set()
    for text in texts:
        for match in _WORD.finditer(text):
            if len(match[0]) <= MAX_WORD_CHARACTERS:
                words.add(match[0].casefold())
            if len(words) >= MAX_KNOWN_WORDS:
                return frozenset(words)
    return frozenset(words)


@lru_cache(_WORDS_REMEMBERED)
def _term(word: str) -> str:
    return next(iter(content_terms(word)), "")


def _may_be(word: str, other: str) -> bool:
    return len(word) > _SHORT or sorted(word) == sorted(other) or len(word) != len(other)


def _allowed(word: str) -> int:
    return 2 if len(word) >= _LONG else 1
