"""Words that are written wholly in another alphabet, and read as Latin ones.

Source: Unicode's confusables, https://www.unicode.org/reports/tr39/#Whole_Script_Confusables
"""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from confusable_homoglyphs.confusables import confusables_data

_ALPHABETS: Final = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC")


def has_disguised_word(words: Sequence[str]) -> bool:
    """True where words read as Latin ones, and few others show that the text speaks their script.

    Russian has words of such letters alone, which are no disguise among others.
    """
    foreign = [word for word in words if _is_foreign(word[0])]
    disguised = [word for word in foreign if all(map(_reads_as_latin, word)) and _is_word(word)]
    return bool(disguised) and 2 * len(disguised) >= len(foreign)


def _is_word(word: str) -> bool:
    # One Greek letter is a symbol.
    return len(word) > 1 or not _name(word).startswith("GREEK")


@lru_cache(maxsize=4096)
def _is_foreign(character: str) -> bool:
    return _name(character).startswith(_ALPHABETS)


@lru_cache(maxsize=4096)
def _reads_as_latin(character: str) -> bool:
    alike = confusables_data.get(character, ())
    return any(len(one["c"]) == 1 and one["c"].isascii() and one["c"].isalpha() for one in alike)


def _name(character: str) -> str:
    return unicodedata.name(character, "")
