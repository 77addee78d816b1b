"""Slips of the keyboard: a word that nobody knows is taken for the known one next to it."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
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

_WORD: Final = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿœŒß]{4,}|[\u30a1-\u30ff]{2,}")
_KATAKANA: Final = re.compile(r"[\u30a1-\u30ff]")
# What is written or not and sounds nearly the same: トランジッション, サーバー, フォルダ.
_SOUND: Final = str.maketrans("ァィゥェォャュョヮ", "アイウエオヤユヨワ", "ッー")
_SHORT: Final = 5  # letters: so short a word with another letter in it is another word
_LONG: Final = 8

_Shape = tuple[str, int]


@dataclass(frozen=True, slots=True)
class KnownWords:
    """Words that a slip may be meant for; never changed.

    `words` has them by what a slip mostly leaves as it is, first letter and length; `sounds` has
    those in katakana by how they sound.
    """

    all: frozenset[str] = frozenset()
    words: Mapping[_Shape, tuple[str, ...]] = field(default_factory=dict)
    sounds: Mapping[str, str] = field(default_factory=dict)

    def and_more(self, words: Iterable[str]) -> "KnownWords":
        """These and others, as many as there may be."""
        free = MAX_KNOWN_WORDS - len(self.all)
        new = sorted(word for word in set(words) - self.all if _WORD.fullmatch(word))[:free]
        shapes, sounds = dict(self.words), dict(self.sounds)
        fresh: defaultdict[_Shape, list[str]] = defaultdict(list)
        for word in new:
            if _KATAKANA.match(word):
                sounds[word.translate(_SOUND)] = word
            elif len(word) <= MAX_WORD_CHARACTERS:
                fresh[word[0], len(word)].append(word)
        for shape, alike in fresh.items():
            shapes[shape] = (*shapes.get(shape, ()), *alike)[:MAX_ALIKE_WORDS]
        return KnownWords(self.all.union(new), shapes, sounds)

    def nearest(self, word: str) -> str | None:
        """The known word that this one may be meant for, with the fewest slips."""
        if _KATAKANA.match(word):
            return self.sounds.get(word.translate(_SOUND))
        return min(self._near(word), default=(0, None))[1]

    def _near(self, word: str) -> Iterator[tuple[int, str]]:
        allowed = 2 if len(word) >= _LONG else 1
        for length in range(len(word) - allowed, len(word) + allowed + 1):
            # Hardly anybody gets the first letter wrong.
            known = self.words.get((word[0], length), ())
            found = process.extract(
                word, known, scorer=OSA.distance, score_cutoff=allowed, limit=None
            )
            for other, distance, _ in found:
                if _may_be(word, other):
                    yield int(distance), other


def known_words(texts: Iterable[str]) -> KnownWords:
    """The words of some texts."""
    return KnownWords().and_more(
        match[0].casefold() for text in texts for match in _WORD.finditer(text)
    )


def corrected(
    question: str, known: KnownWords, is_known: Callable[[str], bool] | None = None
) -> str:
    """Replace each word of which no form is known by the nearest known one, if any is near.

    `is_known` tells it of a word in lower case; without it the forms of the known words are.
    """
    left = MAX_CORRECTED_WORDS
    knows = is_known or _knows_forms_of(known)

    def replacement(match: re.Match[str]) -> str:
        nonlocal left
        word = match[0].casefold()
        if len(word) > MAX_WORD_CHARACTERS or not left or not content_terms(word) or knows(word):
            return match[0]
        left -= 1
        return known.nearest(word) or match[0]

    return _WORD.sub(replacement, question)


def _knows_forms_of(known: KnownWords) -> Callable[[str], bool]:
    terms = frozenset(term for word in known.all for term in content_terms(word))
    return lambda word: terms.issuperset(content_terms(word))


def _may_be(word: str, other: str) -> bool:
    return len(word) > _SHORT or sorted(word) == sorted(other) or len(word) != len(other)
