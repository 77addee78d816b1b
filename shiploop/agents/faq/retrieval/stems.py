"""What is left of a word without its endings.

Two depths: `inflected` makes one of the forms of a word (attach, attached), `derived` also of the
words that are made of it (attach, attachment). The first says the same, the second is near it.
"""

from functools import lru_cache
from typing import Final

from Stemmer import Stemmer

from shiploop.agents.faq.retrieval.language import Language

_WORDS_REMEMBERED: Final = 16_384
_SHORTEST: Final = 3
_VOWELS: Final = "aeiou"
_NOT_DOUBLED: Final = "aeiousl"
_LONG: Final = 4
# Each ending with the shortest stem that it may leave; longer endings are tried first.
_DERIVED: Final = (
    ("izations", 4), ("ization", 4), ("ations", 4), ("ation", 4), ("ators", 4), ("ator", 4),
    ("ments", 4), ("ment", 4), ("ions", 4), ("ion", 4), ("ers", 4), ("er", 4), ("ly", 4),
)  # fmt: skip
_ALGORITHMS: Final = {
    Language.GERMAN: "german",
    Language.FRENCH: "french",
    Language.SPANISH: "spanish",
    Language.ITALIAN: "italian",
    Language.PORTUGUESE: "portuguese",
    Language.DUTCH: "dutch",
}


@lru_cache(_WORDS_REMEMBERED)
def inflected(word: str, language: Language = Language.ENGLISH) -> str:
    """The word without what number, tense and case add to it."""
    if algorithm := _ALGORITHMS.get(language):
        # One for each word: a stemmer may not be shared by threads.
        return str(Stemmer(algorithm, 0).stemWord(word))
    return _english(word) if word.isascii() and word.isalpha() else word


@lru_cache(_WORDS_REMEMBERED)
def derived(word: str, language: Language = Language.ENGLISH) -> str:
    """The word that it is made of."""
    stem = inflected(word, language)
    if language in _ALGORITHMS or not stem.isascii():
        return stem
    for ending, shortest in _DERIVED:
        if word.endswith(ending) and len(word) - len(ending) >= shortest:
            return _shortened(word.removesuffix(ending))
    return stem


def has_one_depth(language: Language) -> bool:
    """Tell whether both depths are the same in a language."""
    return language in _ALGORITHMS


def _english(word: str) -> str:
    stem = _singular(word)
    for ending in ("ing", "ed"):
        rest = stem.removesuffix(ending)
        if rest != stem and len(rest) >= _SHORTEST and rest[-1] != "e" and _has_vowel(rest):
            stem = rest
            break
    return _shortened(stem)


def _singular(word: str) -> str:
    if not word.endswith("s") or word.endswith(("ss", "us", "ias")) or len(word) <= _SHORTEST:
        return word
    if word.endswith("is") and len(word) > _LONG:  # `analysis`, and not `APIs`
        return word
    if word.endswith("ies") and len(word) > _LONG:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes", "uses")):
        return word.removesuffix("es")
    return word.removesuffix("s")


def _shortened(stem: str) -> str:
    """Undo what an ending changes: `stopp` and `stop`, `cach` and `cache`, `categori` and `y`."""
    if len(stem) >= _LONG and stem[-1] == stem[-2] and stem[-1] not in _NOT_DOUBLED:
        return stem[:-1]
    # `deploy` keeps its y, `category` does not: its plural has lost it.
    if len(stem) > _SHORTEST and (
        stem[-1] in "ei" or (stem[-1] == "y" and stem[-2] not in _VOWELS)
    ):
        return stem[:-1]
    return stem


def _has_vowel(stem: str) -> bool:
    return any(letter in "aeiouy" for letter in stem)
