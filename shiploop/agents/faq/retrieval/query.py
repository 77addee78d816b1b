"""What a question wants to be told of: its terms, and how much each of them matters."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from shiploop.agents.faq.retrieval.keys import Key, keys_of
from shiploop.agents.faq.retrieval.language import Language
from shiploop.agents.faq.retrieval.terms import all_words, words
from shiploop.domain.limits import MAX_QUESTION_TERMS

# A name that the pages do not know is what the question is about, so they do not answer it;
# a verb or an adjective that they do not know has mostly another word there.
_UNKNOWN_NAME: Final = 1.5
_UNKNOWN_WORD: Final = 0.6
# An unknown word of two characters is up to three unknown pairs.
_UNKNOWN_PAIR: Final = 0.35
_KATAKANA: Final = re.compile(r"[\u30a1-\u30ff]")  # what Japanese takes from abroad, names too
_NAME: Final = re.compile(r"(?<=[\w,;:] )[A-Z][\w-]*|\b\w*[a-z][A-Z]\w*|\b[A-Z]{2,}\w*")


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a question: as it is written, by what an index knows it, and what it is made of."""

    word: str
    keys: frozenset[Key]
    is_name: bool
    roots: frozenset[int]


def terms_of(
    question: str,
    languages: Iterable[Language],
    language: Language = Language.ENGLISH,
    knows: Callable[[str], bool] | None = None,
) -> tuple[Term, ...]:
    """The terms of a question, each once, as any of the languages would have it.

    `language`: the question's own. A word that somebody `knows` together with the next one, as
    "backup" for "back up", is found by that as well.
    """
    names = frozenset(words(" ".join(_NAME.findall(question))))
    known = tuple(languages)
    joined = _joined(question, language, knows) if knows else {}
    found: dict[frozenset[Key], Term] = {}
    for word in words(question, language):
        keys = keys_of(word, known)
        if word in joined:
            keys |= keys_of(joined[word], known)
        roots = frozenset(key.root for key in keys)
        found.setdefault(keys, Term(word, keys, word in names, roots))
        if len(found) == MAX_QUESTION_TERMS:
            break
    return tuple(found.values())


def weights(
    terms: Sequence[Term], known: frozenset[Term], rarity: Callable[[Term], float]
) -> Mapping[Term, float]:
    """Weigh the terms of a question by their rarity, those that no section has less or more."""
    weighed = {}
    for position, term in enumerate(terms):
        if term in known:
            weighed[term] = rarity(term)
        elif not _straddles(position, terms, known):
            weighed[term] = rarity(term) * _unknown(term)
    return weighed


def _joined(question: str, language: Language, knows: Callable[[str], bool]) -> Mapping[str, str]:
    """The known words that two words of a question are together, by that which says more."""
    telling = frozenset(words(question, language))
    return {
        (first if first in telling else second): first + second
        for first, second in pairwise(all_words(question, language))
        if (first + second).isascii() and first.isalpha() and second.isalpha()
        if not telling.isdisjoint((first, second)) and knows(first + second)
    }


def _unknown(term: Term) -> float:
    if term.is_name or _KATAKANA.match(term.word):
        return _UNKNOWN_NAME
    return _UNKNOWN_WORD if term.word.isascii() else _UNKNOWN_PAIR


def _straddles(position: int, terms: Sequence[Term], known: frozenset[Term]) -> bool:
    """Tell whether a pair of characters only joins two known ones that stand around it."""
    if not 0 < position < len(terms) - 1 or terms[position].word.isascii():
        return False
    before, term, after = terms[position - 1 : position + 2]
    joins = before.word[-1] == term.word[0] and term.word[-1] == after.word[0]
    return joins and {before, after} <= known
