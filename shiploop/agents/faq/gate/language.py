"""The answer is in the language of the question, told by its script; code and names are exempt."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from shiploop.agents.faq.gate.citation import without_citation
from shiploop.agents.faq.gate.disguise import has_disguised_word
from shiploop.agents.faq.gate.refusal import Refusal
from shiploop.agents.faq.gate.text import Candidate, Text, fold, read_text
from shiploop.agents.faq.retrieval.asked import asked, readings
from shiploop.agents.faq.retrieval.language import is_answered_in

# A character of these says as much as some letters of an alphabet.
_WEIGHTS: Final = {"CJK": 2.5, "HIRAGANA": 1.5, "KATAKANA": 1.5, "HANGUL": 2.5}
_KANA: Final = ("HIRAGANA", "KATAKANA")
_ALPHABETS: Final = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"})
# Words that ask and join in Chinese, and never in Japanese.
_CHINESE: Final = re.compile(
    "[的嗎吗呢麼么哪您這这那個个們们沒没對对過过還还讓让]|如何|是否|怎[麼么樣样]|什[麼么]|為什|为什"
)
_WORD: Final = re.compile(r"[^\W\d_]+")
_SHARE_OF_A_SECOND_LANGUAGE: Final = 0.3
_LEAST_SHARE: Final = 0.6
# Names are mostly written in Latin letters, whatever stands around them.
_LEAST_SHARE_AMONG_NAMES: Final = 0.25
_TOO_SHORT_TO_TELL: Final = 12.0


def check_language(candidate: Candidate, text: Text) -> Iterator[Refusal]:
    """Each paragraph speaks the question's language, or one of them when it mixes two."""
    known = " ".join((candidate.entry.question, *(s.text for s in candidate.sections)))
    suspects = [word for word in _WORD.findall(text.prose) if word not in known]
    drawn = any(map(_is_lookalike, suspects)) or any(map(_is_drawn_letter, text.prose))
    if drawn or has_disguised_word(suspects):
        yield Refusal.LOOKALIKES
    wanted = _languages(candidate.entry.question)
    said = read_text(without_citation(text.raw))  # a citation is a name
    speaks = all(_speaks(block, wanted) for block in (said.prose, *said.blocks))
    if wanted == {"LATIN"}:  # a script of many languages
        speaks &= is_answered_in(candidate.entry.question, said.prose)
    if not speaks and not _is_a_heading(candidate):
        yield Refusal.OTHER_LANGUAGE


def _is_a_heading(candidate: Candidate) -> bool:
    """Tell whether the question is a heading of what is cited: then its language is that one's."""
    keys = {each.key for each in readings(candidate.entry.question)}
    headings = (section.heading_path[-1:] for section in candidate.sections)
    return any(asked(heading).key in keys for path in headings for heading in path)


def check_lookalikes(text: str) -> Iterator[Refusal]:
    """Look for words that are not what they seem."""
    words = _WORD.findall(text)
    drawn = any(map(_is_lookalike, words)) or any(map(_is_drawn_letter, text))
    if drawn or has_disguised_word(words):
        yield Refusal.LOOKALIKES


def _is_lookalike(word: str) -> bool:
    """Tell letters of two alphabets in a word, or letters that are drawn to look like others."""
    scripts = {_script(c) for c in word}
    return len(scripts & _ALPHABETS) > 1 or "MATHEMATICAL" in scripts


def _is_drawn_letter(character: str) -> bool:
    """Tell a symbol that is read as a letter, such as one in a circle."""
    folded = fold(character)
    return folded.isalpha() and len(folded) == 1 and not character.isalpha()


def _languages(question: str) -> frozenset[str]:
    weights = _weights(question)
    total = sum(weights.values())
    return frozenset(s for s, w in weights.items() if w >= total * _SHARE_OF_A_SECOND_LANGUAGE)


def _speaks(block: str, wanted: frozenset[str]) -> bool:
    weights = _weights(block)
    total = sum(weights.values())
    if total < _TOO_SHORT_TO_TELL or not wanted:
        return True
    among_names = set(weights) <= wanted | {"LATIN"}
    least = _LEAST_SHARE_AMONG_NAMES if among_names else _LEAST_SHARE
    spoken = sum(weight for script, weight in weights.items() if _fits(script, wanted))
    return spoken >= total * least


def _fits(script: str, wanted: frozenset[str]) -> bool:
    # Without kana and without a word that is only Chinese, nothing tells the two apart.
    if script == "CJK":
        return not wanted.isdisjoint({"CJK", "CHINESE", "JAPANESE"})
    return script in wanted or (script in ("CHINESE", "JAPANESE") and "CJK" in wanted)


def _weights(text: str) -> dict[str, float]:
    """Add up the letters by script; Japanese is kana and whatever kanji stand with them."""
    letters = Counter(_script(character) for character in text if character.isalpha())
    counted = {script: n * _WEIGHTS.get(script, 1.0) for script, n in letters.items()}
    kana = sum(counted.pop(script, 0.0) for script in _KANA)
    if kana:
        counted["JAPANESE"] = kana + counted.pop("CJK", 0.0)
    elif _CHINESE.search(text) and "CJK" in counted:
        counted["CHINESE"] = counted.pop("CJK")
    return counted


@lru_cache(maxsize=4096)
def _script(character: str) -> str:
    """The first word of a letter's name; full and half width are no scripts of their own."""
    name = unicodedata.name(character, "")
    for width in ("FULLWIDTH ", "HALFWIDTH "):
        name = name.removeprefix(width)
    return name.replace("-", " ").partition(" ")[0]
