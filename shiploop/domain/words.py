"""How long a text is, in words; two Chinese, Japanese or Korean characters count as one."""

import re
from typing import Final

_WORDS_PER_CJK_CHARACTER: Final = 0.5
_CJK: Final = re.compile(r"[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")


def count_words(text: str) -> float:
    """Count what has a letter or a digit in it; markup alone is no word."""
    spaced, characters = _CJK.subn(" ", text)
    words = sum(any(c.isalnum() for c in word) for word in spaced.split())
    return words + characters * _WORDS_PER_CJK_CHARACTER
