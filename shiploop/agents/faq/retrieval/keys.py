"""The numbers by which an index knows the terms of a text, and which terms are relatives.

A term is a word without its inflection. Its relatives are the words that are made of it, or of
what it is made of: those are near it, and say something else.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from shiploop.agents.faq.retrieval.language import Language
from shiploop.agents.faq.retrieval.postings import Rows
from shiploop.agents.faq.retrieval.stems import derived, has_one_depth, inflected
from shiploop.agents.faq.retrieval.stop_words import stop_words
from shiploop.agents.faq.retrieval.terms import all_words

_REMEMBERED: Final = 200_000
_ASKED: Final = 8_192
_BITS: Final = 32  # of a place, below a section's number
_NOWHERE: Final = -1

Families = Mapping[int, frozenset[int]]  # the terms that are made of a word, by its own number


@dataclass(frozen=True, slots=True)
class Key:
    """A word's number in one language, and that of the word that it is made of."""

    term: int
    root: int

    def relatives(self, families: Families) -> frozenset[int]:
        """The numbers of its relatives, its own among them."""
        return families.get(self.root, frozenset()) | {self.root, self.term}


def keys_of(word: str, languages: Iterable[Language]) -> frozenset[Key]:
    """A word of a question, as each of the languages would have it."""
    return frozenset(_key(word, language) for language in languages)


class TermCounter:
    """Counts the terms of many pages in one language; it remembers words, so not for long."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self.families: defaultdict[int, set[int]] = defaultdict(set)
        self._places = _Places(language, self.families)

    def count(self, sections: Sequence[str], vocabulary: set[str]) -> Rows:
        """How often each term stands in each section; adds the words to a vocabulary."""
        if len(self._places) > _REMEMBERED:
            self._places = _Places(self._language, self.families)
        place_of, found, held = self._places.__getitem__, array("q"), []
        for section in sections:
            written = all_words(section, self._language)
            vocabulary.update(written)
            found.extend(map(place_of, written))
            held.append(len(written))
        places = np.array(found, np.int64)
        numbers = np.repeat(np.arange(len(sections), dtype=np.int64), held)
        says = places != _NOWHERE
        lengths = np.bincount(numbers[says], minlength=len(sections))
        rows, counts = np.unique((numbers << _BITS | places)[says], return_counts=True)
        terms = np.frombuffer(self._places.terms, np.int64)[rows & (2**_BITS - 1)]
        return Rows.of(terms, rows >> _BITS, counts, lengths)


class _Places(dict[str, int]):
    """Where each word's term stands among `terms`; a stop word's stands nowhere."""

    def __init__(self, language: Language, families: defaultdict[int, set[int]]) -> None:
        super().__init__(dict.fromkeys(stop_words(language), _NOWHERE))
        self.terms = array("q", [0])  # of no word, so that there is something to look into
        self._language = language
        self._families = families
        self._place_of_term: dict[int, int] = {}

    def __missing__(self, word: str) -> int:
        key = _key(word, self._language)
        if key.root != key.term:
            self._families[key.root].add(key.term)
        place = self._place_of_term.setdefault(key.term, len(self.terms))
        if place == len(self.terms):
            self.terms.append(key.term)
        self[word] = place
        return place


@lru_cache(_ASKED)
def _key(word: str, language: Language) -> Key:
    if has_one_depth(language):
        number = hash((language.value, inflected(word, language)))
        return Key(number, number)
    return Key(hash(inflected(word, language)), hash(derived(word, language)))
