"""What a question wants to be told of: its terms, and how much each of them matters."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from shiploop.agents.faq.retrieval.synonyms import meanings

# A name that the pages do not know is what the question is about, so they do not answer it;
# a verb or an adjective that they do not know has mostly another word there.
_UNKNOWN_NAME: Final = 1.5
_UNKNOWN_WORD: Final = 0.6
# An unknown word of two characters is up to three unknown pairs.
_UNKNOWN_PAIR: Final = 0.35
# What says little by itself; it only counts where the pages say it too, and little there.
_SOFT_FACTOR: Final = 0.4
_SOFT: Final = """
able actually allow allowed best currently different easily exactly far find get gets getting give
given go goes going good great just know like long longer look many meant more much must new now
often one ones only other own possible quickly really right same see something still sure tell
there thing things through time together too try trying various very while yet
"""
_SOFT_TERMS: Final = frozenset(meanings(_SOFT))
_KATAKANA: Final = re.compile(r"[\u30a1-\u30ff]")  # what Japanese takes from abroad, names too
_NAME: Final = re.compile(r"(?<=[\w,;:] )[A-Z][\w-]*|\b\w*[a-z][A-Z]\w*|\b[A-Z]{2,}\w*")


def telling(terms: tuple[str, ...]) -> tuple[str, ...]:
    """Those terms that tell sections apart; all of them when none does."""
    return tuple(term for term in terms if term not in _SOFT_TERMS) or terms


def weights(
    question: str, known: frozenset[str], rarity: Callable[[str], float]
) -> Mapping[str, float]:
    """Weigh the terms of a question by their rarity, those that no section has less or more."""
    terms = tuple(dict.fromkeys(meanings(question)))
    names = frozenset(meanings(" ".join(_NAME.findall(question))))
    weighed = {}
    for position, term in enumerate(terms):
        if term in known:
            weighed[term] = rarity(term) * (_SOFT_FACTOR if term in _SOFT_TERMS else 1)
        elif not (term in _SOFT_TERMS or _straddles(position, terms, known)):
            weighed[term] = rarity(term) * _unknown(term, names)
    return weighed


def _unknown(term: str, names: frozenset[str]) -> float:
    if term in names or _KATAKANA.match(term):
        return _UNKNOWN_NAME
    return _UNKNOWN_WORD if term.isascii() else _UNKNOWN_PAIR


def _straddles(position: int, terms: tuple[str, ...], known: frozenset[str]) -> bool:
    """Tell whether a pair of characters only joins two known ones that stand around it."""
    if not 0 < position < len(terms) - 1 or terms[position].isascii():
        return False
    before, term, after = terms[position - 1 : position + 2]
    return {before, after} <= known and before[-1] == term[0] and term[-1] == after[0]
