"""How long an answer is, in words, whatever the language."""

import re
from typing import Final

from shiploop.domain.limits import MAX_ANSWER_CHARACTERS

_WORDS_PER_CJK_CHARACTER: Final = 0.5
_CJK: Final = re.compile(r"[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")


def count_words(text: str) -> float:
    """Count what has a letter or a digit in it; two characters of CJK are one word."""
    spaced, characters = _CJK.subn(" ", text)
    words = sum(any(c.isalnum() for c in word) for word in spaced.split())
    return words + characters * _WORDS_PER_CJK_CHARACTER


def is_short_enough(text: str, most_words: int, further_words: float = 0.0) -> bool:
    """Tell whether a text can be an answer of so many words, with some beside it."""
    if len(text) > MAX_ANSWER_CHARACTERS:
        return False
    return count_words(text) + further_words <= most_words
