"""Slips of the keyboard: a word that nobody knows is taken for the known one next to it."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from shiploop.agents.faq.retrieval.terms import content_terms

_WORD: Final = re.compile(r"[A-Za-z]{4,}")
_SHORT: Final = 5  # letters: so short a word with another letter in it is another word
_LONG: Final = 8
_WORDS_REMEMBERED: Final = 8192


def known_words(texts: Iterable[str]) -> Mapping[str, str]:
    """The words of some texts, each with the term that it is searched by."""
    words = {word.casefold() for text in texts for word in _WORD.findall(text)}
    return {word: term for word in sorted(words) if (term := _term(word))}


def corrected(question: str, known: Mapping[str, str]) -> str:
    """Replace each word of which no form is known by the nearest known one, if any is near."""
    terms = frozenset(known.values())

    def replacement(match: re.Match[str]) -> str:
        word = match[0].casefold()
        own = _term(word)
        if not own or own in terms:
            return match[0]
        near = [(slips(word, other), other) for other in known if _may_be(word, other)]
        distance, nearest = min(near, default=(_LONG, word))
        return nearest if distance <= _allowed(word) else match[0]

    return _WORD.sub(replacement, question)


@lru_cache(_WORDS_REMEMBERED)
def _term(word: str) -> str:
    return next(iter(content_terms(word)), "")


def _may_be(word: str, other: str) -> bool:
    # Hardly anybody gets the first letter wrong.
    allowed = _allowed(word)
    if word[0] != other[0] or abs(len(word) - len(other)) > allowed:
        return False
    return len(word) > _SHORT or sorted(word) == sorted(other) or len(word) != len(other)


def _allowed(word: str) -> int:
    return 2 if len(word) >= _LONG else 1


def slips(one: str, other: str) -> int:
    """Count letters left out, put in, replaced or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]
